import type { LogOutputChannel } from 'vscode';
import { asAtelierError } from '../core/errors.js';

/** The product's one log channel. Known keys are blotted out of every line; words of prompts are never logged at `info`. */
export class Log {
  private readonly secrets = new Set<string>();

  constructor(private readonly channel: LogOutputChannel) {}

  /** From now on this text never appears in the log. */
  hide(secret: string): void {
    if (secret.length >= 4) this.secrets.add(secret);
  }

  info(message: string): void {
    this.channel.info(this.redact(message));
  }

  warn(message: string): void {
    this.channel.warn(this.redact(message));
  }

  /** Logs an error with its code, its place and the chain of its causes. */
  error(doing: string, thrown: unknown): void {
    const error = asAtelierError(thrown);
    const place = error.file === undefined ? '' : ` [${error.file}${error.line === undefined ? '' : `:${error.line}`}]`;
    const causes: string[] = [];
    for (let cause = error.cause; cause instanceof Error; cause = cause.cause) causes.push(cause.message);
    const because = causes.length === 0 ? '' : ` <- ${causes.join(' <- ')}`;
    const said = quotesTexts(error.code) ? `${error.message.slice(0, SHOWN_QUOTE)}…` : `${error.message}${place}${because}`;
    this.channel.error(this.redact(`${doing}: ${error.code}: ${said}`));
  }

  show(): void {
    this.channel.show(true);
  }

  private redact(text: string): string {
    let clean = text;
    for (const secret of this.secrets) clean = clean.replaceAll(secret, '***');
    // Keys that were never stored here, for example one pasted into a wrong field.
    return clean.replace(/\b(?:(?:sk|gsk|key)[-_][\w-]{16,}|AIza[\w-]{20,})/g, '***');
  }
}

/** So much of a message that quotes somebody's text is logged. */
const SHOWN_QUOTE = 40;

/** True for errors whose message repeats words of a prompt or of an answer: those are for the person, not for the log. */
export function quotesTexts(code: string): boolean {
  return code === 'replay.missing' || code === 'model.invalid_answer' || code === 'model.bad_request' || code === 'input.invalid';
}
