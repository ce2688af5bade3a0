import '@vscode/codicons/dist/codicon.css';
import './style.css';
import type { HostMessage, PageMessage } from '../../src/features/generate/protocol.js';
import { registerComponents } from '../shared/toolkit.js';
import { connect } from '../shared/vscode-api.js';
import { Form } from './form.js';
import { ResultPanel } from './result-panel.js';

registerComponents();

const { send, drafts } = connect<PageMessage, HostMessage>((message) => {
  if (message.type === 'stream') {
    panel.stream(message.stage, message.text);
    return;
  }
  form.update(message.state);
  panel.update(message.state);
});
const form = new Form(send);
const panel = new ResultPanel(send, drafts);
document.getElementById('root')?.append(form.element, panel.element);

/** 1 to 5 rate the shown prompt, unless they are being typed somewhere. */
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const target = event.composedPath()[0];
  if (target instanceof HTMLElement && target.closest('textarea, input, vscode-dropdown, vscode-text-field') !== null) return;
  if (/^[1-5]$/.test(event.key)) panel.rate(Number(event.key));
});

send({ type: 'ready' });
