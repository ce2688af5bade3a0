import '../shared/page.css';
import '../shared/parts.css';
import './style.css';
import './summary.css';
import './rows.css';
import type { EvaluationDocument, HostMessage, PageMessage } from '../../src/features/evaluate/protocol.js';
import { connect } from '../shared/vscode-api.js';
import { downloadText, type Host } from './host.js';
import { ReportPage } from './page.js';

let page: ReportPage | undefined;

const embedded = document.getElementById('evaluation');
if (embedded === null) {
  const { send, drafts } = connect<PageMessage, HostMessage>(({ document: evaluation }) => {
    // What the editor gives back after a reload of the window, so that the report can be found again.
    drafts.set('signature', evaluation.signature);
    show(evaluation, {
      openRow: (line) => send({ type: 'openRow', line }),
      setScore: ({ row, repeat }, score, comment) => send({ type: 'overrideScore', of: evaluation.created, row, repeat, score, comment }),
      // Typed for this answer: another evaluation may have another one.
      drafts: {
        get: (key) => drafts.get(`${evaluation.created} ${key}`),
        set: (key, text) => drafts.set(`${evaluation.created} ${key}`, text),
      },
      saveCsv: (name, text) => send({ type: 'saveCsv', name, text }),
    });
  });
  send({ type: 'ready' });
} else {
  show(JSON.parse(embedded.textContent ?? '') as EvaluationDocument, { saveCsv: downloadText });
}

/** What the same evaluation says anew keeps what a person chose to see; another one begins at its top. */
function show(evaluation: EvaluationDocument, host: Host): void {
  const shown = page?.evaluation.created === evaluation.created ? page?.view() : undefined;
  const next = new ReportPage(evaluation, host, shown);
  page = next;
  const top = document.documentElement.scrollTop;
  document.getElementById('root')?.replaceChildren(next.element);
  if (shown !== undefined) {
    document.documentElement.scrollTop = top;
    next.focus(shown);
  }
  document.onkeydown = (event) => next.onKey(event);
}
