import type { ErrorCode } from '../errors.js';

/** What concerns a whole run and not one row of it: every other row would fail in the same way. */
const ENDS_THE_RUN: ReadonlySet<ErrorCode> = new Set([
  'model.unknown',
  'model.unsupported',
  'model.no_key',
  'model.auth',
  'model.not_found',
  'model.quota',
  'model.unreachable',
  'model.no_permission',
  'budget.exceeded',
  'cancelled',
  'workspace.untrusted',
]);

/** True for an error after which no other row of a run need be tried. */
export function endsTheRun({ code }: { readonly code: ErrorCode }): boolean {
  return ENDS_THE_RUN.has(code);
}
