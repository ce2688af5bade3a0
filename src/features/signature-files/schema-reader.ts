import type * as vscode from 'vscode';

/** The extension that completes and explains YAML from the schema that we contribute. */
const YAML_EXTENSION = 'redhat.vscode-yaml';

/** True when another extension says what our schema says: it is not said twice. @param about what the user can switch off there */
export function isSchemaRead(api: typeof vscode, about: 'completion' | 'hover', uri: vscode.Uri): boolean {
  return api.extensions.getExtension(YAML_EXTENSION) !== undefined && api.workspace.getConfiguration('yaml', uri).get(about, true);
}
