import type * as vscode from 'vscode';
import { AtelierError } from '../../core/errors.js';
import type { Services } from '../services.js';
import { type GenerateSession, requireResult } from './session.js';

const SCHEME = 'promptAtelier-prompt';

type Stage = 'structure' | 'prompt';

/** Read-only documents of generated prompts. The address names prompt and stage, so that it can be opened at any later time. */
export class PromptDocuments implements vscode.TextDocumentContentProvider {
  constructor(
    private readonly services: Services,
    private readonly session: GenerateSession,
  ) {}

  register(): vscode.Disposable {
    return this.services.host.vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const [, id = '', file = ''] = uri.path.split('/');
    const stage: Stage = file.startsWith('structure') ? 'structure' : 'prompt';
    const shown = this.session.state.results.find((result) => result.id === id);
    if (shown !== undefined) return readable(stage === 'structure' ? shown.structured : shown.final);
    const record = await (await this.services.generations()).findHistory(id);
    if (record === undefined) {
      throw new AtelierError('prompt.unknown', `The prompt ${id} is no longer in the history.`, { hint: 'Generate it again.' });
    }
    return readable(stage === 'structure' ? record.structuredPrompt : record.finalPrompt);
  }

  /** Both stages side by side, in the native diff. */
  async compare(): Promise<void> {
    const { vscode } = this.services.host;
    const result = requireResult(this.session);
    const title = `${result.taste}: structure ↔ prompt`;
    await vscode.commands.executeCommand('vscode.diff', this.uri(result.id, 'structure'), this.uri(result.id, 'prompt'), title);
  }

  private uri(id: string, stage: Stage): vscode.Uri {
    return this.services.host.vscode.Uri.from({ scheme: SCHEME, path: `/${id}/${stage}.md` });
  }
}

/** One phrase per line and no commas at their ends: a diff then shows which phrases came, not that one long line changed. */
function readable(prompt: string): string {
  return `${prompt.replace(/, /g, '\n').replace(/\. /g, '.\n')}\n`;
}
