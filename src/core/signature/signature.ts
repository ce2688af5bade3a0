/** The types a field can have (design.md section 6). */
export type FieldType = 'string' | 'number' | 'boolean' | 'class';

/** One input or output of a signature. */
export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly description: string;
  /** The allowed values of a `class` field. */
  readonly options?: readonly string[];
}

/** The typed contract of one task: instructions, inputs, outputs. */
export interface Signature {
  readonly name: string;
  readonly description: string;
  readonly instructions: string;
  readonly inputs: readonly Field[];
  readonly outputs: readonly Field[];
}
