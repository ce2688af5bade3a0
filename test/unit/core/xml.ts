/** An element of XML that was read back. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** The text right in it. */
  readonly text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const ILLEGAL = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

/** Reads XML as strictly as a server does: characters, entities, quotes and nesting. @throws Error at what is not well-formed */
export function readXml(xml: string): XmlElement {
  if (ILLEGAL.test(xml)) throw new Error('a character that XML does not allow');
  const body = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '').trimEnd();
  const root = { name: '', attributes: {}, children: [] as XmlElement[], text: '' };
  const open: { name: string; attributes: Record<string, string>; children: XmlElement[]; text: string }[] = [root];
  const token = /<\/([\w-]+)>|<([\w-]+)((?: [\w-]+="[^"<]*")*)(\/?)>|([^<]+)/gy;
  while (token.lastIndex < body.length) {
    const at = token.lastIndex;
    const match = token.exec(body);
    if (match === null) throw new Error(`not well-formed at ${JSON.stringify(body.slice(at, at + 60))}`);
    const [, closing, opening, attributes = '', single, text] = match;
    const inner = open.at(-1) ?? root;
    if (text !== undefined) inner.text += decode(text);
    else if (closing !== undefined) {
      if (inner.name !== closing) throw new Error(`</${closing}> closes <${inner.name}>`);
      open.pop();
    } else {
      const found = [...attributes.matchAll(/ ([\w-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, decode(value)] as const);
      if (new Set(found.map(([name]) => name)).size < found.length) throw new Error(`an attribute of <${opening}> twice`);
      const element = { name: opening ?? '', attributes: Object.fromEntries(found), children: [], text: '' };
      inner.children.push(element);
      if (single === '') open.push(element);
    }
  }
  const [only, ...others] = root.children;
  if (only === undefined || others.length > 0 || open.length > 1) throw new Error('not one root element');
  return only;
}

function decode(text: string): string {
  if (text.includes(']]>')) throw new Error(']]> in a text');
  return text.replace(/&([^;]*);?/g, (entity, name: string) => {
    const character = /^#\d+$/.test(name) ? String.fromCodePoint(Number(name.slice(1))) : ENTITIES[name];
    if (character === undefined || !entity.endsWith(';')) throw new Error(`the entity ${entity}`);
    return character;
  });
}
