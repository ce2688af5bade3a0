import type * as vscode from 'vscode';
import { asAtelierError, isCancellation } from '../../core/errors.js';
import { TARGETS } from '../../core/image-prompt/target.js';
import { findTaste } from '../../core/taste/find-taste.js';
import type { Taste } from '../../core/taste/taste.js';
import { webviewHtml, webviewRoot } from '../../host/webview-html.js';
import type { Services } from '../services.js';
import { type GenerateState, type HostMessage, type Notice, type Options, type PageAction, parseMessage } from './protocol.js';
import type { GenerateSession } from './session.js';
import { pickTaste } from './taste-picker.js';

export const VIEW_ID = 'promptAtelier.generate';
const MEMENTO = 'promptAtelier.generate.form';

/** What stands in the form. */
interface Form {
  readonly taste: string;
  readonly description: string;
  readonly options: Options;
}

const EMPTY_FORM: Form = {
  taste: 'photorealistic',
  description: '',
  options: { pattern: 'enhance', target: 'general', candidates: 1, seed: '' },
};

/** The Generate view: keeps the form, shows the session, passes on what the page asks for. */
export class GenerateView implements vscode.WebviewViewProvider {
  private view: vscode.WebviewView | undefined;
  private ready = false;
  private focus = false;
  private filled = 0;
  private form: Form;

  constructor(
    private readonly services: Services,
    private readonly session: GenerateSession,
    /** Runs what a button of the page stands for. */
    private readonly act: (action: PageAction) => Promise<void>,
  ) {
    const { context, settings, vscode } = services.host;
    this.form = { ...EMPTY_FORM, ...context.workspaceState.get<Partial<Form>>(MEMENTO) };
    const tastes = vscode.workspace.createFileSystemWatcher('**/tastes.yaml');
    context.subscriptions.push(
      tastes,
      tastes.onDidChange(() => this.post()),
      tastes.onDidCreate(() => this.post()),
      tastes.onDidDelete(() => this.post()),
      session.onChange(() => this.post()),
      session.onStream((stream) => this.send({ type: 'stream', ...stream })),
      settings.onChange(['model', 'provider', 'data'], () => this.post()),
      context.secrets.onDidChange(() => this.post()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.post()),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.post()),
    );
  }

  get current(): Form {
    return this.form;
  }

  /** Puts a taste and a description into the form. */
  fill(taste: string, description: string): void {
    this.filled++;
    this.change({ ...this.form, taste, description });
  }

  /** Opens the view and puts the cursor into the description. */
  async reveal(focus: boolean): Promise<void> {
    await this.services.host.vscode.commands.executeCommand(`${VIEW_ID}.focus`, { preserveFocus: !focus });
    // Only now: a page that takes the focus before the palette has closed loses it to the editor again.
    this.focus = focus;
    this.post();
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const { context } = this.services.host;
    this.view = view;
    this.ready = false;
    view.webview.options = { enableScripts: true, enableForms: false, localResourceRoots: [webviewRoot(context.extensionUri)] };
    view.webview.onDidReceiveMessage((message: unknown) => this.receive(message));
    view.onDidChangeVisibility(() => this.post());
    view.onDidDispose(() => {
      this.view = undefined;
      this.ready = false;
    });
    view.webview.html = webviewHtml(view.webview, context.extensionUri, 'generate', 'Generate');
  }

  private receive(raw: unknown): void {
    const message = parseMessage(raw);
    if (message === undefined) {
      this.services.host.log.warn('The Generate page sent a message that is none of ours; it was ignored.');
      return;
    }
    switch (message.type) {
      case 'ready':
        this.ready = true;
        this.post();
        break;
      case 'pickTaste':
        void this.services.host.guard('Pick taste', () => this.chooseTaste());
        break;
      case 'describe':
        // The page shows its own text already: sending it back would move the cursor.
        this.form = { ...this.form, description: message.text };
        this.remember();
        break;
      case 'setOptions':
        this.change({ ...this.form, options: message.options });
        break;
      case 'generate':
        this.form = { ...this.form, description: message.text };
        this.remember();
        void this.generate(false);
        break;
      case 'select':
        this.session.select(message.index);
        break;
      case 'rate':
        void this.session.rate(message.id, { rating: message.rating });
        break;
      case 'comment':
        void this.session.rate(message.id, { comment: message.text });
        break;
      case 'correct':
        void this.session.rate(message.id, { correction: message.text });
        break;
      case 'undoRating':
        void this.session.undoRating(message.id);
        break;
      case 'run':
        void this.services.host.guard('Run', async () => {
          await this.services.host.vscode.commands.executeCommand(message.command);
        });
        break;
      case 'act':
        void this.services.host.guard(message.action, () => this.act(message.action));
        break;
    }
  }

  /** Generates from the form; the page shows how it ends. */
  async generate(again: boolean): Promise<void> {
    const { log } = this.services.host;
    try {
      await this.session.generate(this.form, again);
    } catch (error) {
      if (isCancellation(error)) log.info('Generate: cancelled');
      else log.error('Generate', error);
    }
  }

  private async chooseTaste(): Promise<void> {
    const taste = await pickTaste(this.services, this.form.taste);
    if (taste !== undefined) this.change({ ...this.form, taste: taste.name });
  }

  private change(form: Form): void {
    this.form = form;
    this.remember();
    this.post();
  }

  private remember(): void {
    void this.services.host.context.workspaceState.update(MEMENTO, this.form);
  }

  private post(): void {
    if (this.view?.visible !== true || !this.ready) return;
    void this.services.host.guard('Show', async () => this.send({ type: 'state', state: await this.state() }));
  }

  private send(message: HostMessage): void {
    if (this.view?.visible === true && this.ready) void this.view.webview.postMessage(message);
  }

  private async state(): Promise<GenerateState> {
    const { host } = this.services;
    const tastes = await (await this.services.generations()).tastes();
    const { taste, problem } = this.taste(tastes);
    const blocked = await this.blocked();
    const notice = problem ?? this.notice();
    const { results, selected, outcome } = this.session.state;
    const run = this.session.run;
    const focus = this.focus;
    this.focus = false;
    return {
      taste,
      description: this.form.description,
      filled: this.filled,
      options: this.form.options,
      targets: TARGETS.map(({ name, label }) => ({ name, label })),
      model: host.settings.model,
      results,
      selected,
      ...(blocked === undefined ? {} : { blocked }),
      ...(notice === undefined ? {} : { notice }),
      ...(run === undefined ? {} : { run }),
      ...(outcome === undefined ? {} : { outcome }),
      ...(focus ? { focus } : {}),
    };
  }

  /** The taste of the form; when it is gone (another branch, a renamed entry) its name, and what is wrong. */
  private taste(tastes: readonly Taste[]): { taste: GenerateState['taste']; problem?: Notice } {
    try {
      const { name, label, swatch } = findTaste(tastes, this.form.taste);
      return { taste: { name, label, swatch } };
    } catch (error) {
      const { message, hint } = asAtelierError(error);
      return {
        taste: { name: this.form.taste, label: this.form.taste, swatch: [] },
        problem: { kind: 'warning', text: `${message} ${hint}` },
      };
    }
  }

  private async blocked(): Promise<Notice | undefined> {
    const { host } = this.services;
    if (!host.vscode.workspace.isTrusted) {
      return {
        kind: 'info',
        text: 'In Restricted Mode no model runs and nothing is written.',
        action: { title: 'Manage Trust', command: 'workbench.trust.manage' },
      };
    }
    const missing = await this.services.missingKey();
    if (missing === undefined) return undefined;
    return {
      kind: 'info',
      text: `There is no key for ${missing.label} yet. The embedded model needs none.`,
      action: { title: 'Set API Key', command: 'promptAtelier.setApiKey' },
    };
  }

  private notice(): Notice | undefined {
    if (this.services.host.workspaceFolder() !== undefined) return undefined;
    return {
      kind: 'info',
      text: 'No folder on disk is open: prompts are generated, but neither they nor ratings can be saved.',
      action: { title: 'Open Folder', command: 'workbench.action.files.openFolder' },
    };
  }
}
