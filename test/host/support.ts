import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import * as vscode from 'vscode';

/** What the command returns when it is called from code. */
export interface Generated {
  readonly id: string;
  readonly dspy_prompt: string;
  readonly final_prompt: string;
  readonly status: string;
  readonly model: string;
  readonly notices: string[];
}

export const EXTENSION_ID = 'prompt-atelier.prompt-atelier';

/** The workspace folder on disk. */
export function folder(): string {
  const [first] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(first, 'a folder is open');
  return first.uri.fsPath;
}

export async function generate(request: { taste: string; description: string; seed?: number }): Promise<Generated> {
  return vscode.commands.executeCommand<Generated>('promptAtelier.generateImagePrompt', request);
}

/** The rows of a CSV file of the data folder, by column. */
export function csvRows(file: string): Record<string, string>[] {
  return parse(readFileSync(path.join(folder(), 'data', file)), { columns: true, bom: true }) as Record<string, string>[];
}

/** Sets a setting of ours for one test; give the result to `finally`. */
export async function withSetting<T>(name: string, value: unknown, work: () => Promise<T>): Promise<T> {
  const configuration = vscode.workspace.getConfiguration('promptAtelier');
  await configuration.update(name, value, vscode.ConfigurationTarget.Global);
  try {
    return await work();
  } finally {
    await configuration.update(name, undefined, vscode.ConfigurationTarget.Global);
  }
}

/** Resolves when the condition holds, looked at again on each event. */
export function until(event: vscode.Event<unknown>, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    if (holds()) {
      resolve();
      return;
    }
    const subscription = event(() => {
      if (!holds()) return;
      subscription.dispose();
      resolve();
    });
  });
}
