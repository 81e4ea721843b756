/**
 * Writes `docs/api.md`, the reference of the library, from `src/index.ts` and the documentation comments of what it
 * exports. With `--check` it writes nothing, and ends with 1 where the file is not current.
 *
 *     node scripts/render-api.ts [--check]
 *
 * typedoc would need a second TypeScript (it stops at 6; version 7 has no stable interface for programs). The parser comes
 * with rolldown, which builds the command line anyway.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Declaration, publicDeclarations } from './api/declarations.ts';
import { renderDeclaration } from './api/markdown.ts';

const INDEX = fileURLToPath(new URL('../src/index.ts', import.meta.url));
const PAGE = new URL('../docs/api.md', import.meta.url);

const SECTIONS = [
  ['Functions', 'function'],
  ['Errors', 'class'],
  ['Types', 'type'],
  ['Constants', 'constant'],
] as const satisfies readonly (readonly [string, Declaration['kind']])[];

const INTRODUCTION = `# API reference

Made by \`node scripts/render-api.ts\` from the comments in the source; [library.md](library.md) has the examples.
`;

function renderApi(index: string): string {
  const declarations = publicDeclarations(index);
  const names = new Set(declarations.map(({ name }) => name));
  assertComplete(declarations, names);
  const sections = SECTIONS.map(([title, kind]) => {
    const members = declarations.filter((one) => one.kind === kind);
    return `## ${title}\n\n${members.map((one) => renderDeclaration(one, names)).join('\n')}`;
  });
  return [INTRODUCTION, ...sections].join('\n');
}

/** What the language and Node have, and the parts of a client that only the library itself uses. */
const KNOWN: ReadonlySet<string> = new Set([
  'Promise',
  'Error',
  'Date',
  'Uint8Array',
  'AbortSignal',
  'AsyncDisposable',
  'AsyncIterable',
  'Readonly',
  'Record',
  'Exclude',
  'HttpClient',
  'DataStore',
]);

/** A signature must not name a type that a reader cannot look up, and every field has a meaning. */
function assertComplete(declarations: readonly Declaration[], names: ReadonlySet<string>): void {
  for (const { name, code, bases, members } of declarations) {
    const written = [code, ...bases, ...members.map(({ type }) => type)].join('\n');
    const types = written.replaceAll(/\/\*.*?\*\/|'[^'\n]*'/gs, '').match(/\b[A-Z]\w+/g) ?? [];
    const silent = members.find(({ comment }) => comment === '');
    if (silent !== undefined) throw new Error(`${name}.${silent.name} has no comment`);
    const unknown = types.find((type) => !names.has(type) && !KNOWN.has(type));
    if (unknown !== undefined)
      throw new Error(`${name} names ${unknown}, which src/index.ts does not export`);
  }
}

const page = renderApi(INDEX);
if (!process.argv.includes('--check')) {
  writeFileSync(PAGE, page);
} else if (readFileSync(PAGE, 'utf8') !== page) {
  console.error('docs/api.md is not current: run node scripts/render-api.ts');
  process.exitCode = 1;
}
