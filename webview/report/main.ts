import './style.css';
import './summary.css';
import './rows.css';
import type { EvaluationDocument, HostMessage, PageMessage } from '../../src/features/evaluate/protocol.js';
import { connect } from '../shared/vscode-api.js';
import { downloadText, type Host } from './host.js';
import { ReportPage } from './page.js';

const embedded = document.getElementById('evaluation');
if (embedded === null) {
  const { send } = connect<PageMessage, HostMessage>((message) => {
    show(message.document, {
      openRow: (line) => send({ type: 'openRow', line }),
      saveCsv: (name, text) => send({ type: 'saveCsv', name, text }),
    });
  });
  send({ type: 'ready' });
} else {
  show(JSON.parse(embedded.textContent ?? '') as EvaluationDocument, { saveCsv: downloadText });
}

function show(evaluation: EvaluationDocument, host: Host): void {
  const page = new ReportPage(evaluation, host);
  document.getElementById('root')?.replaceChildren(page.element);
  document.onkeydown = (event) => page.onKey(event);
}
