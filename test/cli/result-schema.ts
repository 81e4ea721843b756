/** The schema of what `--json` prints, and what it has against a value. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';

export const schema: { readonly $defs: Readonly<Record<string, { readonly [key: string]: unknown }>> } =
  JSON.parse(readFileSync(new URL('../../docs/result.schema.json', import.meta.url), 'utf8'));

const validate = new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).compile(schema);

/** What the schema has against a value; nothing where it is valid. */
export function schemaFaults(value: unknown): readonly string[] {
  validate(value);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
