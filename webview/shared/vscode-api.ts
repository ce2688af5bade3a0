/** The channel to the extension that the editor gives a page. */
interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** The channel of a page, and what it keeps for itself while it is hidden. */
export interface Channel<Out> {
  send(message: Out): void;
  /** Unfinished input by key: a hidden page is destroyed, and what a person typed must not be. */
  readonly drafts: Drafts;
}

/** Unfinished input by key. */
export interface Drafts {
  get(key: string): string | undefined;
  /** Undefined forgets it. */
  set(key: string, text: string | undefined): void;
}

/** Opens the channel; possible once per page. */
export function connect<Out, In>(onMessage: (message: In) => void): Channel<Out> {
  const api = acquireVsCodeApi();
  window.addEventListener('message', (event: MessageEvent<In>) => onMessage(event.data));
  const stored = () => (api.getState() ?? {}) as Record<string, string | undefined>;
  return {
    send: (message) => api.postMessage(message),
    drafts: {
      get: (key) => stored()[key],
      set: (key, text) => api.setState({ ...stored(), [key]: text }),
    },
  };
}
