import type { AtelierError } from '../core/errors.js';

/** Milliseconds between two signs of progress, on a terminal and elsewhere. */
const TERMINAL_MS = 100;
const LINE_MS = 5000;

/** Where a command writes: results on standard output, everything else on standard error. */
export class Output {
  private readonly colour: boolean;
  private progressAt = 0;

  constructor(
    /** One JSON document instead of text. */
    readonly json: boolean,
    private readonly out: NodeJS.WriteStream,
    private readonly err: NodeJS.WriteStream,
  ) {
    this.colour = err.isTTY === true && process.env.NO_COLOR === undefined;
  }

  /** The result: as JSON, or as text for people. */
  result(document: unknown, text: string): void {
    this.out.write(this.json ? `${JSON.stringify(document, null, 2)}\n` : `${text}\n`);
  }

  /** A remark beside the result. */
  note(text: string): void {
    this.clearProgress();
    this.err.write(`${this.paint('2', text)}\n`);
  }

  /** How far a long work is: one line that renews itself on a terminal, now and then a line elsewhere. */
  progress(text: string): void {
    const now = performance.now();
    if (now - this.progressAt < (this.err.isTTY === true ? TERMINAL_MS : LINE_MS)) return;
    this.progressAt = now;
    if (this.err.isTTY === true) this.err.write(`\r\u001b[K${text}`);
    else this.note(text);
  }

  /** Clears the line of progress. */
  endProgress(): void {
    this.clearProgress();
    this.progressAt = 0;
  }

  /** What is written next must not stand behind it. */
  private clearProgress(): void {
    if (this.progressAt > 0 && this.err.isTTY === true) this.err.write('\r\u001b[K');
  }

  warn(text: string): void {
    this.clearProgress();
    this.err.write(`${this.paint('33', 'warning:')} ${text}\n`);
  }

  error(error: AtelierError): void {
    if (this.json) this.out.write(`${JSON.stringify({ error: error.toJSON() }, null, 2)}\n`);
    const place =
      error.file === undefined
        ? ''
        : ` (${error.file}${error.line === undefined ? '' : `:${error.line}${error.column === undefined ? '' : `:${error.column}`}`})`;
    this.err.write(`${this.paint('31', 'error:')} ${error.message}${place}\n${error.hint}\n`);
  }

  private paint(code: string, text: string): string {
    return this.colour ? `\u001b[${code}m${text}\u001b[0m` : text;
  }
}
