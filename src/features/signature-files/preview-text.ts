import type { ChatMessage } from '../../models/chat-model.js';

/** What the first line of a preview says. */
export interface PreviewFacts {
  readonly name: string;
  readonly module: string;
  readonly demos: number;
  readonly tokens: number;
  /** Its file has warnings, for which it is not run in the mode that is set. */
  readonly isRefused: boolean;
}

/** The messages of a request as a Markdown document: a line of facts, then each message as it is, in a fence that it cannot close. */
export function previewText({ name, module, demos, tokens, isRefused }: PreviewFacts, messages: readonly ChatMessage[]): string {
  const facts = [name, module, count(messages.length, 'message'), `about ${count(tokens, 'token')}`, count(demos, 'demo')];
  const parts = messages.map(({ role, content }) => {
    const fence = fenceFor(content);
    return `## ${role}\n\n${fence}text\n${content}\n${fence}\n`;
  });
  const refused = isRefused ? ['The file has warnings: the mode "production" refuses to run it until they are gone.\n'] : [];
  return [`# ${facts.join(', ')}\n`, ...refused, ...parts].join('\n');
}

/** A preview that cannot be made now: why, and below it what it was before. */
export function brokenPreview(name: string, why: string, last: string | undefined): string {
  const fence = fenceFor(why);
  const before = last === undefined ? '' : `\nBelow is the prompt as it was before.\n\n---\n\n${last}`;
  return `# ${name}: nothing can be sent now\n\n${fence}text\n${why}\n${fence}\n${before}`;
}

/** A fence longer than any run of backticks in a text. */
function fenceFor(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  return '`'.repeat(Math.max(3, longest + 1));
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
