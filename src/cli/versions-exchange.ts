import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { AtelierError } from '../core/errors.js';
import { readExamples } from '../core/example/example.js';
import { checkInputs } from '../core/program/check-inputs.js';
import type { JsonValue } from '../core/text/json-schema.js';
import { fromDspyState } from '../core/version/formats/dspy-import.js';
import { EXPORT_FORMATS, type ExportedVersion, type ExportFormat, exportVersion } from '../core/version/formats/export-version.js';
import type { Version } from '../core/version/version.js';
import { versionName } from '../core/version/version-name.js';
import { importedDraft } from '../core/version/written-version.js';
import { type CommandContext, userOf, workspaceOf } from './context.js';
import { modeOf } from './executor.js';
import { givenInputs } from './inputs.js';
import { requireNames } from './names.js';
import { mappingOf, usage } from './options.js';
import { definitionOf, openVersions } from './signature.js';

/** `versions export <signature> <version> --to FORMAT [--out F] [--data ROWS]`. */
export async function exportTo(context: CommandContext, names: readonly string[]): Promise<number> {
  const [signature, reference] = requireNames('export', names, ['a signature', 'a version or label']);
  const { values, output } = context;
  if (values.to === undefined) throw usage('versions export needs a format.', `Add --to ${Object.keys(EXPORT_FORMATS).join(', ')}.`);
  const version = await (await openVersions(context)).find(signature, reference);
  const { text, notCarried, fileName } = await exported(context, version, values.to);
  for (const lost of notCarried) output.warn(`Not carried over: ${lost}`);
  const { out } = values;
  if (out !== undefined) {
    const { replaceFile } = await import('../store/index.js');
    await replaceFile(path.resolve(out), text, out);
  }
  const document = { signature, version: versionName(version.number), format: values.to, file: out ?? fileName, not_carried: notCarried };
  output.result(out === undefined ? { ...document, text } : document, out === undefined ? text.trimEnd() : `Written to ${out}.`);
  return 0;
}

/** A version in a format of others, with the inputs and rows of the command line. @throws AtelierError `usage.invalid`, `data.*`, `input.*` */
export async function exported(context: CommandContext, version: Version, format: string): Promise<ExportedVersion> {
  const { values } = context;
  if (!Object.hasOwn(EXPORT_FORMATS, format)) {
    throw usage(`There is no format "${format}".`, `Formats: ${Object.keys(EXPORT_FORMATS).join(', ')}.`);
  }
  const { signature } = version;
  const given = await givenInputs(values.input ?? [], values['input-file'], signature);
  const [{ renderMessages }, { printYaml, readDataset }] = await Promise.all([import('../engine/index.js'), import('../store/index.js')]);
  const rows = async () => {
    if (values.data === undefined) return [];
    const { columns, rows: found } = await readDataset(path.resolve(values.data), workspaceOf(context));
    return readExamples({ signature, columns, rows: found, file: values.data, mapping: mappingOf(values.map ?? []), needsLabels: false })
      .examples;
  };
  return exportVersion(version, {
    ...{ format: format as ExportFormat, render: renderMessages, yaml: printYaml, rows: format === 'promptfoo' ? await rows() : [] },
    inputs: Object.keys(given).length === 0 ? undefined : checkInputs(signature, given),
    model: values.model?.replace(/^[^:]*:/, ''),
  });
}

/** `versions import <signature> FILE --from dspy [--predictor P] [--why W]`. */
export async function importFrom(context: CommandContext, names: readonly string[]): Promise<number> {
  const [reference, file] = requireNames('import', names, ['a signature', 'a file']);
  const { values, output } = context;
  if (values.from !== 'dspy') throw usage('versions import reads programs of DSPy.', 'Add --from dspy.');
  const definition = await definitionOf(context, reference, modeOf(context));
  const { signature } = definition;
  const read = fromDspyState(parsed(await textOf(file), file), signature, values.predictor, file);
  const store = await openVersions(context);
  const newest = await store.newest(signature.name);
  const { notCarried } = read;
  const draft = importedDraft(read, {
    ...{ parents: newest === undefined ? [] : [newest.number], created: new Date().toISOString() },
    ...{ author: userOf(context), note: values.why ?? `Imported from ${path.basename(file)}` },
  });
  const saved = await store.save(signature.name, draft);
  for (const lost of notCarried) output.warn(`Not carried over: ${lost}`);
  const version = versionName(saved.number);
  output.result({ signature: signature.name, version, not_carried: notCarried }, `Saved ${version} of ${signature.name}.`);
  return 0;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(path.resolve(file), 'utf8');
  } catch (cause) {
    throw new AtelierError('data.unreadable', `${file} cannot be read.`, { hint: 'Check its name.', file, cause });
  }
}

function parsed(text: string, file: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw new AtelierError('version.invalid', `${file} is no JSON.`, {
      hint: 'Save the program with module.save("program.json").',
      file,
      cause,
    });
  }
}
