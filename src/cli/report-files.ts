import { randomBytes } from 'node:crypto';
import { access, constants, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { EvaluationDocument } from '../core/evaluation/document.js';
import { htmlReport } from '../core/evaluation/html/html-report.js';
import { junitReport } from '../core/evaluation/junit.js';
import { markdownReport } from '../core/evaluation/markdown.js';
import { usage } from './options.js';

/** Files that a report goes to. */
export interface ReportFiles {
  /** @throws AtelierError `data.not_writable` */
  write(document: EvaluationDocument): Promise<void>;
}

type Writer = (document: EvaluationDocument) => string | Promise<string>;

const FORMATS: Readonly<Record<string, Writer>> = {
  '.xml': junitReport,
  '.json': (document) => `${JSON.stringify(document, null, 2)}\n`,
  '.md': markdownReport,
  '.html': html,
};

/**
 * The reports of `--report`, by their endings. Looked at before anything is paid.
 * @throws AtelierError `usage.invalid` for another ending, or a folder that is not there
 */
export async function reportFiles(names: readonly string[]): Promise<ReportFiles> {
  const reports = names.map((name) => {
    const format = FORMATS[path.extname(name).toLowerCase()];
    if (format === undefined)
      throw usage(`"${name}" is no kind of report.`, `Name a file that ends in ${Object.keys(FORMATS).join(', ')}.`);
    return { name, format };
  });
  for (const { name } of reports) {
    const folder = path.dirname(path.resolve(name));
    await access(folder, constants.W_OK).catch(() => {
      throw usage(`The report "${name}" cannot be written: ${folder} is not there, or not yours to write to.`, 'Create the folder first.');
    });
  }
  return {
    async write(document) {
      const { replaceFile } = await import('../store/index.js');
      for (const { name, format } of reports) await replaceFile(path.resolve(name), await format(document), name);
    },
  };
}

async function html(document: EvaluationDocument): Promise<string> {
  const page = (name: string) => readFile(path.join(__dirname, 'webview', name), 'utf8');
  const [script, style] = await Promise.all([page('report.js'), page('report.css')]);
  return htmlReport(document, { script, style, nonce: randomBytes(16).toString('base64') });
}
