import { type Evaluations, register as evaluate } from './evaluate/register.js';
import { register as runSignature } from './run-signature/register.js';
import type { Services } from './services.js';
import { register as signatureFiles } from './signature-files/register.js';

/** All that is about signatures: a bundle of its own (`dist/signatures.js`), loaded on first use. */
export function register(services: Services): Evaluations {
  const evaluations = evaluate(services);
  const all = services.host.vscode.Disposable.from(runSignature(services), signatureFiles(services), evaluations);
  return { dispose: () => all.dispose(), restoreReport: evaluations.restoreReport };
}
