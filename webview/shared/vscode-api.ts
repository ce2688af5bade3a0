/** The channel to the extension that the editor gives a page. */
interface VsCodeApi {
  postMessage(message: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** Opens the channel; possible once per page. @returns a function that sends one message */
export function connect<Out, In>(onMessage: (message: In) => void): (message: Out) => void {
  const api = acquireVsCodeApi();
  window.addEventListener('message', (event: MessageEvent<In>) => onMessage(event.data));
  return (message) => api.postMessage(message);
}
