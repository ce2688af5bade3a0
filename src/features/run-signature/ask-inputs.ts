import type * as vscode from 'vscode';
import { type FieldValues, textOf } from '../../core/program/program.js';
import { readValue } from '../../core/program/read-value.js';
import { labelOf } from '../../core/signature/labels.js';
import type { Field, Signature } from '../../core/signature/signature.js';
import type { JsonValue } from '../../core/text/json-schema.js';
import type { Services } from '../services.js';

/** The inputs that a person gave last, by signature and field. */
const MEMORY = 'promptAtelier.run.inputs';
type Memory = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The longest text that is remembered, in characters. */
const REMEMBERED = 2000;

/**
 * Asks for inputs, one after the other. What was given last time stands there already.
 * @param fields those to ask for
 * @param given values that need no asking
 * @param example what stands there the first time
 * @returns values by name; undefined when the person left
 */
export async function askInputs(
  services: Services,
  signature: Signature,
  fields: readonly Field[],
  given: Readonly<Record<string, JsonValue>>,
  example: FieldValues = {},
): Promise<Readonly<Record<string, JsonValue>> | undefined> {
  const { workspaceState } = services.host.context;
  const memory = workspaceState.get<Memory>(MEMORY) ?? {};
  const before = memory[signature.name] ?? {};
  const open = fields.filter((field) => !Object.hasOwn(given, field.name));
  const answers: [string, string][] = [];
  for (const [index, field] of open.entries()) {
    const title = `${signature.name}: ${labelOf(field.name)}${open.length > 1 ? ` (${index + 1}/${open.length})` : ''}`;
    const answer = await ask(services.host.vscode, field, title, before[field.name] ?? textOf(example[field.name]));
    if (answer === undefined) return undefined;
    answers.push([field.name, answer]);
  }
  if (answers.length > 0) {
    const kept = answers.filter(([, text]) => text.length <= REMEMBERED);
    await workspaceState.update(MEMORY, { ...memory, [signature.name]: { ...before, ...Object.fromEntries(kept) } });
  }
  return { ...given, ...Object.fromEntries(answers) };
}

async function ask(api: typeof vscode, field: Field, title: string, last: string): Promise<string | undefined> {
  const options = optionsOf(field);
  if (options !== undefined) {
    // What was chosen last comes first: Enter repeats it.
    const ordered = options.includes(last) ? [last, ...options.filter((option) => option !== last)] : options;
    return api.window.showQuickPick(ordered, { title, placeHolder: field.description, ignoreFocusOut: true });
  }
  return api.window.showInputBox({
    title,
    prompt: field.type === 'image' ? `${field.description} (a file, or an https: address)` : field.description,
    value: last,
    ignoreFocusOut: true,
    validateInput: (text) => {
      if (text.trim() === '') return field.optional === true ? undefined : 'A value is needed.';
      const reading = readValue(field, text);
      return 'problem' in reading ? `${reading.problem}.` : undefined;
    },
  });
}

function optionsOf({ type, array, options }: Field): readonly string[] | undefined {
  if (array === true) return undefined;
  if (type === 'boolean') return ['true', 'false'];
  return type === 'class' ? options : undefined;
}
