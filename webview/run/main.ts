import '@vscode/codicons/dist/codicon.css';
import '../shared/page.css';
import '../shared/parts.css';
import './style.css';
import './sections.css';
import type { HostMessage, PageMessage } from '../../src/features/optimize/protocol.js';
import { h } from '../shared/dom.js';
import { connect } from '../shared/vscode-api.js';
import { RunPage } from './page.js';

let page: RunPage | undefined;

const root = document.getElementById('root');
const { send, drafts } = connect<PageMessage, HostMessage>((message) => {
  if (message.type === 'calls') {
    page?.showCalls(message.calls);
    return;
  }
  const { run } = message.view;
  if (page?.run !== run) {
    // What the editor gives back after a reload of the window, so that the run can be found again.
    drafts.set('run', run);
    page = new RunPage(run, send, drafts);
    root?.replaceChildren(page.element);
  }
  page.update(message);
});
root?.append(h('p', { class: 'loading muted', role: 'status' }, 'Loading the run …'));
send({ type: 'ready' });
