import type { AtelierError } from '../core/errors.js';

/** Where a command writes: results on standard output, everything else on standard error. */
export class Output {
  private readonly colour: boolean;

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
    this.err.write(`${this.paint('2', text)}\n`);
  }

  warn(text: string): void {
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
