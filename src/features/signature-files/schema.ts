import schema from '../../../schemas/signature.schema.json';
import type { JsonSchema } from '../../core/text/json-schema.js';

/** What a signature file may hold, and what each part means. */
export const SIGNATURE_SCHEMA: JsonSchema = schema as unknown as JsonSchema;
