import * as vscode from 'vscode';

/** Facts that menus and the walkthrough depend on. */
type ContextKey = 'hasResult' | 'generating' | 'generated' | 'rated';

/** Sets context keys, and only when they change. */
export class ContextKeys {
  private readonly values = new Map<ContextKey, boolean>();

  set(key: ContextKey, value: boolean): void {
    if (this.values.get(key) === value) return;
    this.values.set(key, value);
    void vscode.commands.executeCommand('setContext', `promptAtelier.${key}`, value);
  }
}
