import { type Alias, type Document, isAlias, isNode, type Node, type Scalar, visit, type YAMLParseError } from 'yaml';

/** Something wrong in a YAML text: where, in characters from its beginning, and what. */
export interface YamlProblem {
  readonly offset: number;
  readonly message: string;
  readonly hint: string;
  readonly isWhole?: boolean;
}

/** What keeps a YAML text from being read, and aliases that stand for nothing. @param shown the file's name in messages */
export function yamlProblems(document: Document.Parsed, shown: string): YamlProblem[] {
  const deep = document.errors.find(({ message }) => message.includes('call stack'));
  if (deep !== undefined) {
    return [
      {
        offset: deep.pos[0],
        message: `${shown} is nested too deeply here.`,
        hint: 'Close the brackets, or write fewer levels.',
        isWhole: true,
      },
    ];
  }
  const problems = new Map<number, YamlProblem>();
  for (const error of document.errors) {
    // One mistake makes the parser stumble many times at one place.
    if (problems.has(error.pos[0])) continue;
    const message = `${shown} is not valid YAML: ${error.message.replace(/\s+/g, ' ').replace(/\.$/, '')}.`;
    problems.set(error.pos[0], { offset: placeOf(document, error), message, hint: 'Correct this place.' });
  }
  return [...problems.values(), ...aliasProblems(document)];
}

/** The parser notices a missing quote at the end of the file: it is missing where the text begins that it swallowed. */
function placeOf(document: Document.Parsed, { code, message, pos: [at] }: YAMLParseError): number {
  let open = at;
  if (code !== 'MISSING_CHAR' || !message.includes('quote')) return open;
  visit(document, {
    Scalar: (_, { type, range }: Scalar) => {
      const isOpen = (type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE') && range?.[1] === at;
      if (isOpen) open = range[0];
      return isOpen ? visit.BREAK : undefined;
    },
  });
  return open;
}

/** Aliases of nothing: most of them are words between asterisks, which mean emphasis elsewhere. */
function aliasProblems(document: Document.Parsed): YamlProblem[] {
  const problems: YamlProblem[] = [];
  const anchors = new Set<string>();
  visit(document, {
    Node: (_, node, path) => {
      if (!isAlias(node)) {
        if (isNode(node) && 'anchor' in node && typeof node.anchor === 'string') anchors.add(node.anchor);
        return;
      }
      const written = `*${node.source}`;
      const offset = (node as Alias.Parsed).range[0];
      const hint = `Put the text in quotes, for example "${written}".`;
      if (!anchors.has(node.source)) problems.push({ offset, message: `"${written}" is an alias that does not exist.`, hint });
      else if (path.some((parent) => anchorOf(parent) === node.source)) {
        problems.push({ offset, message: `"${written}" stands for a part that it is in.`, hint: 'Write the part out.' });
      }
    },
  });
  return problems;
}

function anchorOf(node: unknown): string | undefined {
  return isNode(node) && !isAlias(node) ? (node as Exclude<Node, Alias>).anchor : undefined;
}
