import { patternProblem } from '../text/json-schema.js';
import { defaultInstructions } from './labels.js';
import { described, invalidAt, Scanner, type Token } from './one-line-scanner.js';
import { readType } from './read-type.js';
import { FIELD_NAME, type Field, type Signature } from './signature.js';
import { type FieldShape, fieldOf } from './type-expression.js';

/** A signature is a line, not a book. */
const MAX_LENGTH = 20_000;

/** True when a text is meant as a one-line signature rather than a name. */
export function isOneLine(text: string): boolean {
  return text.includes('->');
}

/**
 * Reads the one-line form of DSPy (`question, context: list[str] -> answer: Literal["a", "b"]`) and of Ax
 * (`"what it does" review:string "its text" -> label:class "good, bad", score?:number`). Its name is the names of its fields, its
 * instructions are DSPy's default ones.
 * @throws AtelierError `signature.invalid` with the column and what would be right
 */
export function parseOneLine(text: string): Signature {
  if (text.length > MAX_LENGTH) throw invalidAt(MAX_LENGTH, `The signature is longer than ${MAX_LENGTH} characters`, 'Write it as a file.');
  const scanner = new Scanner(text);
  const [arrow, second] = scanner.all('->');
  if (arrow === undefined) throw invalidAt(text.length, 'There is no "->" between inputs and outputs', 'For example question -> answer.');
  if (second !== undefined) throw invalidAt(second.start, 'There is a second "->"', 'Separate the fields of one side by commas.');
  const description = scanner.peek().kind === 'text' ? scanner.next().text : '';
  const seen = new Map<string, Token>();
  const inputs = readSide(scanner, 'input', seen);
  scanner.expect('->', 'the inputs');
  const outputs = readSide(scanner, 'output', seen);
  const image = outputs.find((field) => field.type === 'image');
  if (image !== undefined)
    throw invalidAt(seen.get(image.name)?.start ?? 0, `The output "${image.name}" cannot be an image`, 'Images are inputs.');
  const names = (fields: readonly Field[]) => fields.map(({ name }) => name).join(', ');
  const name = `${names(inputs)} -> ${names(outputs)}`;
  return { name, description, instructions: defaultInstructions(inputs, outputs), inputs, outputs };
}

function readSide(scanner: Scanner, side: 'input' | 'output', seen: Map<string, Token>): Field[] {
  const fields: Field[] = [];
  const isOver = () => scanner.sees('->') || scanner.peek().kind === 'end';
  if (isOver()) {
    throw invalidAt(scanner.peek().start, `There is no ${side}`, `Name at least one field ${side === 'input' ? 'before' : 'after'} "->".`);
  }
  for (;;) {
    fields.push(readField(scanner, seen));
    if (isOver()) return fields;
    const token = scanner.peek();
    if (!scanner.takes(',')) {
      throw invalidAt(token.start, `${described(token)} is not expected here`, 'Separate fields by commas, and put a type behind a colon.');
    }
    // A comma at the end of a side, as Python allows it.
    if (isOver()) return fields;
  }
}

function readField(scanner: Scanner, seen: Map<string, Token>): Field {
  const token = scanner.next();
  if (token.kind !== 'word' || !FIELD_NAME.test(token.text)) {
    const hint = 'A name has letters, digits and underscores, and begins with a letter.';
    throw invalidAt(token.start, `A field's name is missing before ${described(token)}`, hint);
  }
  if (seen.has(token.text))
    throw invalidAt(token.start, `The field "${token.text}" is here twice`, 'Inputs and outputs need names of their own.');
  seen.set(token.text, token);
  const optional = scanner.takes('?') ? { optional: true } : {};
  if (scanner.sees('!'))
    throw invalidAt(scanner.peek().start, 'Internal fields ("!") are not supported', 'Use the module chain_of_thought.');
  if (scanner.sees('='))
    throw invalidAt(scanner.peek().start, 'A field has no default value', 'Make it optional with "?" behind its name.');
  const shape: FieldShape = scanner.takes(':') ? fieldOf(readType(scanner)) : { type: 'string' };
  if (scanner.sees('='))
    throw invalidAt(scanner.peek().start, 'A field has no default value', 'Make it optional with "?" behind its name.');
  const description = scanner.peek().kind === 'text' ? scanner.next().text : '';
  if (shape.pattern !== undefined && patternProblem(shape.pattern) !== undefined) {
    throw invalidAt(token.start, `The pattern of "${token.text}" is no regular expression`, 'Correct it.');
  }
  return { name: token.text, ...shape, ...optional, description };
}
