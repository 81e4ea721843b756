/** The generated sections of README.md and docs/: from the command line, action.yml and the JSON Schema. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { OPTION_GROUPS } from '../src/cli/option-groups.ts';
import { EXIT_CODE_PAGES, type ExitCodePage } from '../src/text/exit-code-pages.ts';
import { factsOf, PageHelp } from '../src/cli/help-page.ts';
import { OTHER_VARIABLES, variableItems } from '../src/cli/help-topics.ts';
import { type CommandName } from '../src/cli/add-command.ts';
import { createProgram } from '../src/cli/program.ts';

export type Table = (head: readonly string[], rows: readonly (readonly string[])[]) => string;

const help = new PageHelp(120);

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** A command's own options; those of every command for the root. */
export function renderOptions(name: CommandName | undefined, table: Table): string {
  const program = createProgram();
  const command = program.strictCommands.find((one) => one.name() === name) ?? program;
  const rows = OPTION_GROUPS.flatMap((group) =>
    command.ownOptions
      .filter(({ long, helpGroupHeading }) => helpGroupHeading === group && long !== '--help-all')
      .map((option) => [`\`${option.usage}\``, cell(help.optionDescription(option))]),
  );
  return table(['Option', 'Meaning'], rows);
}

export function renderCommands(table: Table): string {
  return table(
    ['Command', 'What it does'],
    createProgram().strictCommands.map((command) => [
      `\`${cell(factsOf(command).usages[0] ?? '')}\``,
      command.summary(),
    ]),
  );
}

export function renderVariables(table: Table): string {
  const rows = [...variableItems(), ...OTHER_VARIABLES].map(([names, meaning]) => [
    names
      .split(', ')
      .map((name) => `\`${name}\``)
      .join(', '),
    meaning,
  ]);
  return table(['Variable', 'Meaning'], rows);
}

/** A section for each exit code, as `k8s-verify help N` has it. */
export function renderExitCodePages(): string {
  return Object.entries(EXIT_CODE_PAGES)
    .map(([code, page]) => exitCodeSection(code, page))
    .join('\n\n');
}

function exitCodeSection(code: string, { title, meaning, causes, steps, yourself }: ExitCodePage): string {
  const lines = steps.map(([text, command], index) =>
    command === undefined ? `${index + 1}. ${text}` : `${index + 1}. ${text} \`${command}\``,
  );
  return [
    `## ${code}: ${title}`,
    meaning,
    ...(causes.length === 0 ? [] : [`Usual causes: ${causes.join('; ')}.`]),
    ...(lines.length === 0 ? [] : [lines.join('\n')]),
    ...(yourself === undefined ? [] : [`See it yourself:\n\n\`\`\`text\n${yourself.join('\n')}\n\`\`\``]),
  ].join('\n\n');
}

/** The part of action.yml that docs/action.md shows. */
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

/**
 * Every field of one definition of the schema, with the fields below it.
 *
 * @param elsewhere fields of its top whose own fields another table has.
 */
export function renderJsonFields(
  definition: string,
  table: Table,
  elsewhere: readonly string[] = [],
): string {
  const text = readFileSync(new URL('../docs/result.schema.json', import.meta.url), 'utf8');
  const schema: ResultSchema = JSON.parse(text);
  const below = elsewhere.map((name) => new RegExp(String.raw`^${name}(?:\[\])?\.`));
  const fields = fieldsOf(schema.$defs[definition] ?? {}, '', schema).filter(
    ({ path }) => !below.some((pattern) => pattern.test(path)),
  );
  const rows = fields.map(({ path, type, required, meaning }) => [
    `\`${path}\``,
    type.replaceAll('|', '\\|'),
    required ? 'yes' : 'if it applies',
    meaning,
  ]);
  return table(['Field', 'Type', 'Always', 'Meaning'], rows);
}

function resolve(schema: Schema, root: ResultSchema): Schema {
  const name = schema.$ref?.slice('#/$defs/'.length);
  if (name === undefined) return schema;
  return {
    ...root.$defs[name],
    ...(schema.description === undefined ? {} : { description: schema.description }),
  };
}

/** What a value may be, without references and choices within choices. */
function variantsOf(schema: Schema, root: ResultSchema): readonly Schema[] {
  const whole = resolve(schema, root);
  return whole.oneOf?.flatMap((one) => variantsOf(one, root)) ?? [whole];
}

function fieldsOf(schema: Schema, prefix: string, root: ResultSchema): readonly Field[] {
  const fields: Field[] = [];
  for (const variant of variantsOf(schema, root)) {
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
  // A longer list would be the whole width of the page; the text has a table of it.
  if (values !== undefined && values.length > 12) return typeof values[0] === 'number' ? 'integer' : 'string';
  if (values !== undefined) return values.map((value) => `\`${JSON.stringify(value)}\``).join(' | ');
  return schema.type ?? 'object';
}
