import type * as vscode from 'vscode';
import type { Problem } from '../../store/problem.js';

/** Who says it, in the Problems view. */
export const SOURCE = 'Prompt Atelier';

/** A problem as the editor shows it. @param range what is underlined; the rest of the line from the problem's place when absent */
export function diagnosticOf(api: typeof vscode, problem: Problem, range?: vscode.Range): vscode.Diagnostic {
  const line = problem.line - 1;
  const column = (problem.column ?? 1) - 1;
  const severity = problem.severity === 'error' ? api.DiagnosticSeverity.Error : api.DiagnosticSeverity.Warning;
  const diagnostic = new api.Diagnostic(
    range ?? new api.Range(line, column, line, Number.MAX_SAFE_INTEGER),
    `${problem.message} ${problem.hint}`,
    severity,
  );
  diagnostic.source = SOURCE;
  return diagnostic;
}
