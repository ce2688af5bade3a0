import type { ExtensionContext } from 'vscode';
import { register as generate } from './features/generate/register.js';
import { register as signatures } from './features/load-signatures.js';
import { register as models } from './features/models/register.js';
import { register as problems } from './features/problems/register.js';
import { Services } from './features/services.js';
import { createHostServices } from './host/host-services.js';

/** Features in the order of their registration. Each adds commands and views, and does nothing until they are used. */
const FEATURES = [generate, models, problems, signatures];

/** What tests and other extensions may ask. */
export interface Api {
  /** Bundles loaded so far, by name: activation loads none. */
  loadedBundles(): string[];
}

export function activate(context: ExtensionContext): Api {
  const services = new Services(createHostServices(context));
  for (const feature of FEATURES) context.subscriptions.push(feature(services));
  return {
    loadedBundles: () =>
      Object.keys(require.cache)
        .filter((file) => file.startsWith(context.asAbsolutePath('dist')))
        .map((file) => file.replace(/^.*[\\/]/, '')),
  };
}
