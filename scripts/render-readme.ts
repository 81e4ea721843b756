/** The generated sections of README.md and docs/ that come from the command line's tables and from the JSON Schema. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type CommandName, COMMANDS } from '../src/cli/commands.ts';
import { OPTION_GROUPS, optionsOf, optionUsage } from '../src/cli/options.ts';

export type Table = (head: readonly string[], rows: readonly (readonly string[])[]) => string;

/** Every command's options, as the README has them. */
export function renderOptions(name: CommandName, table: Table): string {
  const rows = OPTION_GROUPS.flatMap((group) =>
    optionsOf(name)
      .filter((option) => option.group === group)
      .map((option) => [
        `\`${optionUsage(option)}\``,
        `${option.help}${option.repeatable === true ? ' (may be repeated)' : ''}`,
      ]),
  );
  return table(['Option', 'Meaning'], rows);
}

export function renderCommands(table: Table): string {
  return table(
    ['Command', 'What it does'],
    COMMANDS.map(({ usage, summary }) => [`\`k8s-verify ${usage.replaceAll('|', '\\|')}\``, summary]),
  );
}

/** The part of action.yml that the README tells. */
interface ActionManifest {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
}

function readActionManifest(): ActionManifest {
  return parse(readFileSync(new URL('../action.yml', import.meta.url), 'utf8'));
}

export function renderActionInputs(table: Table): string {
  const rows = Object.entries(readActionManifest().inputs).map(([name, input]) => [
    `\`${name}\``,
    input.default === '' ? '' : `\`${input.default}\``,
    input.description,
  ]);
  return table(['Input', 'Default', 'Meaning'], rows);
}

export function renderActionOutputs(table: Table): string {
  const rows = Object.entries(readActionManifest().outputs).map(([name, { description }]) => [
    `\`${name}\``,
    description,
  ]);
  return table(['Output', 'Meaning'], rows);
}

/** The part of JSON Schema that docs/result.schema.json uses. */
interface Schema {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
}

interface Field {
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  readonly meaning: string;
}

interface ResultSchema {
  readonly $defs: Readonly<Record<string, Schema>>;
}

/** Every field of one definition of the schema, with the fields below it. */
export function renderJsonFields(definition: string, table: Table): string {
  const text = readFileSync(new URL('../docs/result.schema.json', import.meta.url), 'utf8');
  const schema: ResultSchema = JSON.parse(text);
  const rows = fieldsOf(schema.$defs[definition] ?? {}, '', schema).map(
    ({ path, type, required, meaning }) => [
      `\`${path}\``,
      type.replaceAll('|', '\\|'),
      required ? 'always' : 'where it applies',
      meaning,
    ],
  );
  return table(['Field', 'Type', 'There', 'Meaning'], rows);
}

function resolve(schema: Schema, root: ResultSchema): Schema {
  const name = schema.$ref?.slice('#/$defs/'.length);
  if (name === undefined) return schema;
  return {
    ...root.$defs[name],
    ...(schema.description === undefined ? {} : { description: schema.description }),
  };
}

function fieldsOf(schema: Schema, prefix: string, root: ResultSchema): readonly Field[] {
  const fields: Field[] = [];
  for (const variant of schema.oneOf ?? [schema]) {
    for (const [name, property] of namedProperties(variant)) {
      const own = resolve(property, root);
      const item = own.items === undefined ? own : resolve(own.items, root);
      const path = `${prefix}${name}${own.items === undefined ? '' : '[]'}`;
      const required = name === '*' || variant.required?.includes(name) === true;
      fields.push({ path, type: typeOf(item), required, meaning: own.description ?? '' });
      fields.push(...fieldsOf(item, `${path}.`, root));
    }
  }
  return fields;
}

/** Properties that are all of one named kind, such as the checks, are told once, as `*`. */
function namedProperties({ properties = {} }: Schema): readonly (readonly [string, Schema])[] {
  const entries = Object.entries(properties);
  const [first] = entries;
  const alike = first?.[1].$ref !== undefined && entries.every(([, { $ref }]) => $ref === first[1].$ref);
  return alike && entries.length > 1 ? [['*', first[1]]] : entries;
}

function typeOf(schema: Schema): string {
  const values = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  if (values !== undefined) return values.map((value) => `\`${JSON.stringify(value)}\``).join(' | ');
  return schema.type ?? 'object';
}
