import type * as vscode from 'vscode';
import type { Documents } from '../documents.js';
import type { Services } from '../services.js';
import { Analyses } from './analysis.js';
import { registerCompletion } from './completion.js';
import { registerDiagnostics } from './diagnostics.js';
import { registerHover } from './hover.js';
import { registerLenses } from './lenses.js';
import { registerLibraryProblems } from './library-problems.js';
import { extractSignature, newSignature, registerExtractAction } from './new-signature.js';
import { copySignature, openSignature } from './open-signature.js';
import { registerOutline } from './outline.js';
import { serveBuiltIn } from './places.js';
import { PromptPreviews } from './preview.js';

/** Signature files as a language of the editor: problems, completion, hovers, outline, lenses, the prompt that they send; new ones. */
export function register(services: Services, documents: Documents): vscode.Disposable {
  const { vscode } = services.host;
  const analyses = new Analyses(services);
  const previews = new PromptPreviews(services, analyses, documents.previews);
  serveBuiltIn(services, documents.builtIn);
  // A name is given in code only: then the error is the caller's.
  const command = (name: string, doing: string, work: (argument: unknown) => Promise<void>) =>
    vscode.commands.registerCommand(`promptAtelier.${name}`, (argument?: unknown) =>
      typeof argument === 'string' ? work(argument) : services.host.guard(doing, () => work(argument)),
    );
  const named = (argument: unknown) => (typeof argument === 'string' ? argument : undefined);
  return vscode.Disposable.from(
    registerDiagnostics(analyses),
    registerLibraryProblems(services),
    registerCompletion(analyses),
    registerHover(analyses),
    registerOutline(analyses),
    registerLenses(services),
    registerExtractAction(services),
    previews.register(),
    command('previewPrompt', 'Preview Prompt', (uri) => previews.show(uri)),
    command('newSignature', 'New Signature', (name) => newSignature(services, named(name))),
    command('openSignature', 'Open Signature', (name) => openSignature(services, named(name))),
    command('copySignature', 'Copy Signature to Workspace', (which) => copySignature(services, which)),
    command('extractSignature', 'Extract Selection to Signature', (name) => extractSignature(services, named(name))),
  );
}
