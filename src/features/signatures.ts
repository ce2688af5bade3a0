import type * as vscode from 'vscode';
import type { Documents } from './documents.js';
import { type Evaluations, register as evaluate } from './evaluate/register.js';
import { type Optimizations, register as optimize } from './optimize/register.js';
import { register as runSignature } from './run-signature/register.js';
import type { Services } from './services.js';
import { register as signatureFiles } from './signature-files/register.js';
import { type Versions, register as versions } from './versions/register.js';

/** What stand-ins hand over to. */
export interface Signatures
  extends vscode.Disposable,
    Pick<Evaluations, 'restoreReport'>,
    Pick<Versions, 'tree'>,
    Pick<Optimizations, 'runs' | 'restoreRun' | 'offerResume'> {}

/** All that is about signatures: a bundle of its own (`dist/signatures.js`), loaded on first use. */
export function register(services: Services, documents: Documents): Signatures {
  const evaluations = evaluate(services);
  const versioned = versions(services, documents.versions);
  const optimized = optimize(services);
  const all = services.host.vscode.Disposable.from(
    runSignature(services),
    signatureFiles(services, documents),
    evaluations,
    versioned,
    optimized,
  );
  const { runs, restoreRun, offerResume } = optimized;
  return { dispose: () => all.dispose(), restoreReport: evaluations.restoreReport, tree: versioned.tree, runs, restoreRun, offerResume };
}
