import type * as vscode from 'vscode';
import { problemStretch, suggestedWord, wrongWord } from '../../core/signature/problem-place.js';
import type { Problem } from '../../store/problem.js';
import { diagnosticOf, SOURCE } from '../problems/diagnostic.js';
import { type Analyses, type Analysis, isOwnSignature, SELECTOR } from './analysis.js';
import { WhenQuiet } from './when-quiet.js';

/** Said of a warning where it stops a run. */
const REFUSED = 'As long as this is here, the mode "production" refuses to run the signature.';

/** Problems of signature documents as they are typed, and the words that would be right. */
export function registerDiagnostics(analyses: Analyses): vscode.Disposable {
  const { vscode } = analyses.host;
  const collection = vscode.languages.createDiagnosticCollection('promptAtelier.signature');
  const quiet = new WhenQuiet();
  const look = async (document: vscode.TextDocument): Promise<void> => {
    const { version } = document;
    try {
      const analysis = await analyses.of(document);
      // A newer version is looked at by itself; a closed document has no problems to show.
      if (document.isClosed || document.version !== version) return;
      collection.set(
        document.uri,
        analysis.file.problems.map((problem) => {
          const hint = analyses.isRefused(analysis.file) ? `${problem.hint} ${REFUSED}` : problem.hint;
          return placed(vscode, document, analysis, { ...problem, hint });
        }),
      );
    } catch (error) {
      analyses.host.log.error('Check signature', error);
    }
  };
  const open = (document: vscode.TextDocument) => {
    if (isOwnSignature(document)) void look(document);
  };
  const openAll = () => {
    for (const document of vscode.workspace.textDocuments) open(document);
  };
  openAll();
  return vscode.Disposable.from(
    collection,
    quiet,
    analyses.host.settings.onChange(['run.mode'], openAll),
    vscode.workspace.onDidOpenTextDocument(open),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (isOwnSignature(document)) quiet.ask(document.uri.toString(), () => void look(document));
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      quiet.forget(uri.toString());
      collection.delete(uri);
    }),
    vscode.workspace.onDidDeleteFiles(({ files }) => {
      for (const uri of files) collection.delete(uri);
    }),
    vscode.languages.registerCodeActionsProvider(
      SELECTOR,
      { provideCodeActions: (document, _, context) => context.diagnostics.flatMap((diagnostic) => fixOf(vscode, document, diagnostic)) },
      { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
    ),
  );
}

function placed(api: typeof vscode, document: vscode.TextDocument, { text, root }: Analysis, problem: Problem): vscode.Diagnostic {
  const line = Math.min(problem.line, document.lineCount) - 1;
  const offset = document.offsetAt(new api.Position(line, (problem.column ?? 1) - 1));
  const { start, end } = problemStretch(text, root, { offset, message: problem.message, isWhole: problem.isWhole === true });
  const diagnostic = diagnosticOf(api, problem, new api.Range(document.positionAt(start), document.positionAt(end)));
  diagnostic.code = 'signature.invalid';
  return diagnostic;
}

/** `Did you mean "x"?` as an edit, when the wrong word is still what is underlined. */
function fixOf(api: typeof vscode, document: vscode.TextDocument, diagnostic: vscode.Diagnostic): vscode.CodeAction[] {
  const wrong = wrongWord(diagnostic.message);
  const right = suggestedWord(diagnostic.message);
  if (diagnostic.source !== SOURCE || right === undefined || document.getText(diagnostic.range) !== wrong) return [];
  const action = new api.CodeAction(`Change to "${right}"`, api.CodeActionKind.QuickFix);
  action.edit = new api.WorkspaceEdit();
  action.edit.replace(document.uri, diagnostic.range, right);
  action.diagnostics = [diagnostic];
  action.isPreferred = true;
  return [action];
}
