import type * as vscode from 'vscode';

/** Words as they are, with line breaks where there is room: `appendText` would glue them together with hard spaces. Never HTML, never a link. */
export function words(api: typeof vscode, text: string): vscode.MarkdownString {
  return new api.MarkdownString(text.replace(/[\\`*_{}[\]()#+\-.!<>|~&$:@]/g, '\\$&'));
}
