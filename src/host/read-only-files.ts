import * as vscode from 'vscode';

/** What a document of ours says at an address. @throws FileSystemError when there is none */
export type TextAt = (uri: vscode.Uri) => Promise<string>;

/**
 * Documents that are made, not stored, as files that cannot be written: unlike a content provider's, their tabs come back after a
 * reload of the window, and the editor says why they cannot be changed. One provider serves a scheme from the start to the end: a
 * request that is on its way while one provider takes the place of another finds neither.
 */
export class ReadOnlyFiles implements vscode.FileSystemProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.changed.event;
  /** What was read last, by address: the editor reads a file again only when it got another time. */
  private readonly read = new Map<string, { readonly bytes: Uint8Array; readonly time: number }>();

  private readonly registered: vscode.Disposable;
  private textAt: TextAt | undefined;

  /**
   * @param load has what makes the texts call `serve`; called when one is first asked for
   * @param why they cannot be changed, in a sentence of Markdown
   * @param commands that its links may run
   */
  constructor(
    scheme: string,
    private readonly load: () => Promise<unknown>,
    why: string,
    commands: readonly string[] = [],
  ) {
    const reason = new vscode.MarkdownString(why);
    if (commands.length > 0) reason.isTrusted = { enabledCommands: commands };
    const options = { isCaseSensitive: true, isReadonly: reason };
    this.registered = vscode.Disposable.from(this.changed, vscode.workspace.registerFileSystemProvider(scheme, this, options));
  }

  dispose(): void {
    this.registered.dispose();
  }

  /** From now on texts are made so. */
  serve(textAt: TextAt): void {
    this.textAt = textAt;
  }

  /** Has the editor read a document again, when it is open. */
  refresh(uri: vscode.Uri): void {
    this.changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
  }

  /** A document that nobody looks at any more is not kept. */
  forget(uri: vscode.Uri): void {
    this.read.delete(uri.toString());
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    if (uri.path === '/') return { type: vscode.FileType.Directory, ctime: 0, mtime: 0, size: 0 };
    const bytes = await this.bytesAt(uri);
    const known = this.read.get(uri.toString());
    const isSame = known !== undefined && Buffer.compare(known.bytes, bytes) === 0;
    const time = isSame ? known.time : Math.max(Date.now(), (known?.time ?? 0) + 1);
    this.read.set(uri.toString(), { bytes, time });
    return { type: vscode.FileType.File, ctime: 0, mtime: time, size: bytes.length };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return this.read.get(uri.toString())?.bytes ?? this.bytesAt(uri);
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(uri: vscode.Uri): never {
    return refuse(uri);
  }

  writeFile(uri: vscode.Uri): never {
    return refuse(uri);
  }

  delete(uri: vscode.Uri): never {
    return refuse(uri);
  }

  rename(uri: vscode.Uri): never {
    return refuse(uri);
  }

  private async bytesAt(uri: vscode.Uri): Promise<Uint8Array> {
    if (this.textAt === undefined) await this.load();
    if (this.textAt === undefined) throw vscode.FileSystemError.Unavailable(uri);
    return new TextEncoder().encode(await this.textAt(uri));
  }
}

function refuse(uri: vscode.Uri): never {
  throw vscode.FileSystemError.NoPermissions(uri);
}
