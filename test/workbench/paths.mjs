import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** This folder, with its own package.json. */
export const workbenchDir = path.dirname(fileURLToPath(import.meta.url));

/** The root of the clone. */
export const repoRoot = path.resolve(workbenchDir, '../..');

/** Everything that running the workbench leaves behind; ignored by git, safe to delete. */
export const stateDir = process.env.ATELIER_STATE_DIR ?? path.join(repoRoot, '.workbench');

/** code-server as npm unpacked it. */
export const codeServerDir = path.join(workbenchDir, 'node_modules/code-server');
