import { AtelierError } from '../../core/errors.js';
import { labelsOf, PRODUCTION } from '../../core/version/labels.js';
import { versionName } from '../../core/version/version-name.js';
import type { Services } from '../services.js';
import type { ChosenVersion } from '../versions/choose.js';
import type { RunBook } from './run-book.js';

/** What can be done with what a run found. */
export class RunActions {
  constructor(
    private readonly services: Services,
    private readonly book: RunBook,
  ) {}

  /** Gives a label to the version of a run. @throws AtelierError `version.unknown` when it has none */
  async promote(run: string): Promise<void> {
    await this.services.host.vscode.commands.executeCommand('promptAtelier.promoteVersion', await this.versionOf(run));
  }

  /** Shows how the version of a run differs from what runs now, else from what it was made from. */
  async compare(run: string): Promise<void> {
    const version = await this.versionOf(run);
    const labels = await (await this.services.versions()).labels(version.signature);
    const now = labels.current.get(PRODUCTION);
    const isOther = now !== undefined && now !== version.number;
    const command = isOther ? 'promptAtelier.compareWithProduction' : 'promptAtelier.compareWithParent';
    await this.services.host.vscode.commands.executeCommand(command, version);
  }

  /** Takes a run's version away, when nothing depends on it; asks first. */
  async discard(run: string): Promise<void> {
    const { vscode, log } = this.services.host;
    this.services.requireTrust();
    const view = await this.book.view(run);
    if (view === undefined) return;
    const version = view.result?.version == null ? undefined : await this.versionOf(run);
    const detail =
      version === undefined ? 'The run stays in the list, marked as discarded.' : `${versionName(version.number)} goes to the trash.`;
    const picked = await vscode.window.showWarningMessage(`Discard what "${run}" found?`, { modal: true, detail }, 'Discard');
    if (picked !== 'Discard') return;
    if (version !== undefined) await this.trash(version);
    await this.book.discard(run);
    log.info(`${run}: discarded`);
  }

  /** Saves another candidate of a run as a version. @throws AtelierError `run.invalid`, `data.*` */
  async saveCandidate(run: string, id: string): Promise<void> {
    this.services.requireTrust();
    const { vscode } = this.services.host;
    const draft = await (await this.book.folders()).candidate(run, id);
    const { name } = draft.signature;
    const saved = await (await this.services.versions()).save(name, { ...draft, author: this.services.host.settings.userId });
    const open = 'Open';
    const text = `${id} is saved as ${versionName(saved.number)} of ${name}. It was measured on validation alone.`;
    if ((await vscode.window.showInformationMessage(text, open)) === open) {
      await vscode.commands.executeCommand('promptAtelier.openVersion', { signature: name, number: saved.number });
    }
  }

  private async trash({ signature, number }: ChosenVersion): Promise<void> {
    const { vscode } = this.services.host;
    const store = await this.services.versions();
    const [{ versions }, labels] = [await store.list(signature), await store.labels(signature)];
    const own = labelsOf(labels, number);
    const children = versions.filter(({ parents }) => parents.includes(number)).map((child) => versionName(child.number));
    if (own.length > 0 || children.length > 0) {
      const why = own.length > 0 ? `it is ${own.join(' and ')}` : `${children.join(', ')} was made from it`;
      throw new AtelierError('label.protected', `${versionName(number)} cannot be discarded: ${why}.`, {
        hint: 'Move the label first, or keep it.',
      });
    }
    await vscode.workspace.fs.delete(vscode.Uri.file(store.fileOf(signature, number)), { useTrash: true });
  }

  private async versionOf(run: string): Promise<ChosenVersion> {
    const view = await this.book.view(run);
    const number = Number(view?.result?.version?.slice(1));
    if (view === undefined || !Number.isSafeInteger(number)) {
      throw new AtelierError('version.unknown', `The run "${run}" has no version.`, {
        hint: 'It saves one when a candidate is better on validation.',
      });
    }
    return { signature: view.signature, number };
  }
}
