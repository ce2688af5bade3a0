import { type SourceNode, textAt, valueAt } from '../text/source-tree.js';
import { FIELDS_PART, fieldsInTree, type WrittenField } from './fields-in-tree.js';
import { printType } from './print-one-line.js';

/** A line of the outline of a signature file. */
export interface OutlineItem {
  readonly kind: 'signature' | 'text' | 'fields' | 'field' | 'examples' | 'example';
  readonly name: string;
  readonly detail: string;
  readonly start: number;
  /** Behind the last character. */
  readonly end: number;
  /** What is selected when the line is chosen. */
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly children: readonly OutlineItem[];
}

/** Most characters of an example that its line shows. */
const SHOWN = 60;

/** The outline of a signature file, as far as its text gives a tree. */
export function outlineOf(root: SourceNode | undefined, end: number): OutlineItem | undefined {
  if (root?.kind !== 'map') return undefined;
  const fields = fieldsInTree(root);
  const children = root.entries.flatMap((entry): OutlineItem[] => {
    const place = { start: entry.start, end: entry.end, nameStart: entry.start, nameEnd: entry.keyEnd };
    switch (entry.key) {
      case 'instructions':
        return [{ kind: 'text', name: 'instructions', detail: '', ...place, children: [] }];
      case FIELDS_PART.input:
        return [{ kind: 'fields', name: 'inputs', detail: '', ...place, children: fieldItems(fields, 'input') }];
      case FIELDS_PART.output:
        return [{ kind: 'fields', name: 'outputs', detail: '', ...place, children: fieldItems(fields, 'output') }];
      case 'examples': {
        const items = entry.value.kind === 'list' ? entry.value.items : [];
        return [{ kind: 'examples', name: 'examples', detail: String(items.length), ...place, children: items.map(exampleItem) }];
      }
      default:
        return [];
    }
  });
  const name = valueAt(root, 'name');
  const place = { nameStart: name?.start ?? root.start, nameEnd: name?.end ?? root.start };
  return {
    kind: 'signature',
    name: titleOf(textAt(root, 'name')),
    detail: textAt(root, 'description') ?? '',
    start: root.start,
    end,
    ...place,
    children,
  };
}

function fieldItems(fields: readonly WrittenField[], wanted: WrittenField['side']): OutlineItem[] {
  return fields
    .filter(({ side }) => side === wanted)
    .map(({ field, node }) => {
      const name = valueAt(node, 'name') ?? node;
      const detail = `${printType(field)}${field.optional === true ? ', optional' : ''}`;
      const place = { start: node.start, end: node.end, nameStart: name.start, nameEnd: name.end };
      return { kind: 'field', name: titleOf(field.name), detail, ...place, children: [] };
    });
}

/** The editor refuses a whole outline for one line without a name. */
function titleOf(name: string | undefined): string {
  return name === undefined || name.trim() === '' ? '(no name)' : name;
}

function exampleItem(node: SourceNode, index: number): OutlineItem {
  const place = { start: node.start, end: node.end, nameStart: node.start, nameEnd: node.start };
  return {
    kind: 'example',
    name: `example ${index + 1}`,
    detail: firstText(node).replace(/\s+/g, ' ').slice(0, SHOWN),
    ...place,
    children: [],
  };
}

function firstText(node: SourceNode): string {
  if (node.kind === 'value') return String(node.value ?? '');
  const first = node.kind === 'list' ? node.items[0] : node.entries[0]?.value;
  return first === undefined ? '' : firstText(first);
}
