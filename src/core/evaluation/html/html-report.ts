import type { EvaluationDocument } from '../document.js';
import { scoreWithInterval } from '../wording.js';

/** The page's own code, and what lets it run. */
export interface PageParts {
  /** `dist/webview/report.js` */
  readonly script: string;
  /** `dist/webview/report.css` */
  readonly style: string;
  /** New for each report and hard to guess, in base64: nothing but the page's own code carries it. */
  readonly nonce: string;
}

/**
 * The evaluation as one HTML file that loads nothing and sends nothing: its policy allows the page's own script and style, and no
 * address at all. The document goes along as data that the script reads; no text of a row or a model is ever markup.
 */
export function htmlReport(document: EvaluationDocument, { script, style, nonce }: PageParts): string {
  const title = escapeHtml(`${document.signature} ${document.version}: ${scoreWithInterval(document)}`);
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style nonce="${nonce}">${withoutEnd(style, 'style')}</style>
</head>
<body>
<main id="root"></main>
<noscript>${title}. The rows are shown where scripts may run.</noscript>
<script type="application/json" id="evaluation">${JSON.stringify(document).replaceAll('<', '\\u003c')}</script>
<script nonce="${nonce}">${withoutEnd(script, 'script')}</script>
</body>
</html>
`;
}

/**
 * Code in which a text that reads as the end of its element is escaped; a backslash does that in JavaScript and in CSS. Of a build for
 * development the address of its source map goes: tools would look for it.
 */
function withoutEnd(code: string, element: 'script' | 'style'): string {
  return code.replace(new RegExp(`</(?=${element})`, 'gi'), '<\\/').replace(/\/[/*]# sourceMappingURL=.*\s*$/, '');
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
