/** The public declarations of the library, read from the source: what `src/index.ts` exports, with its comments. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseAst } from 'rolldown/parseAst';

type Program = ReturnType<typeof parseAst>;
type Statement = Program['body'][number];
type Exported = NonNullable<Extract<Statement, { type: 'ExportNamedDeclaration' }>['declaration']>;
type Interface = Extract<Exported, { type: 'TSInterfaceDeclaration' }>;
type Class = Extract<Exported, { superClass: unknown }>;
type InterfaceMember = Interface['body']['body'][number];
type ClassMember = Class['body']['body'][number];

/** A field or a method. */
export interface Member {
  readonly name: string;
  readonly optional: boolean;
  /** As it is written; of a method its parameters and what it returns. */
  readonly type: string;
  readonly comment: string;
}

export interface Declaration {
  readonly name: string;
  readonly kind: 'function' | 'class' | 'type' | 'constant';
  /** As TypeScript has it, without what it does. */
  readonly code: string;
  /** Of the documentation comment, without its stars. */
  readonly comment: string;
  /** What a class or an interface is made from. */
  readonly bases: readonly string[];
  /** Of a class or an interface. */
  readonly members: readonly Member[];
}

/** Everything that a module exports, in its order. @throws Error for an export without a declaration or a comment */
export function publicDeclarations(index: string): readonly Declaration[] {
  const { body } = parse(index);
  return body.flatMap((statement) => {
    if (statement.type !== 'ExportNamedDeclaration' || statement.source === null) return [];
    const file = join(dirname(index), statement.source.value);
    return statement.specifiers.map(({ local }) => {
      if (local.type !== 'Identifier') throw new Error(`an export of ${file} has no plain name`);
      return declarationOf(file, local.name);
    });
  });
}

function parse(file: string): Program & { readonly source: string } {
  const source = readFileSync(file, 'utf8');
  return { ...parseAst(source, { lang: 'ts' }), source };
}

function declarationOf(file: string, name: string): Declaration {
  const { body, source } = parse(file);
  for (const statement of body) {
    if (statement.type !== 'ExportNamedDeclaration' || statement.declaration === null) continue;
    if (nameOf(statement.declaration) !== name) continue;
    const comment = commentBefore(source, statement.start);
    if (comment === '') throw new Error(`${name} of ${file} has no comment`);
    return { name, comment, ...describe(statement.declaration, source) };
  }
  throw new Error(`${file} declares no ${name}`);
}

function nameOf(declaration: Exported): string | undefined {
  if (declaration.type === 'VariableDeclaration') {
    const id = declaration.declarations[0]?.id;
    return id?.type === 'Identifier' ? id.name : undefined;
  }
  return 'id' in declaration && declaration.id?.type === 'Identifier' ? declaration.id.name : undefined;
}

function describe(declaration: Exported, source: string): Omit<Declaration, 'name' | 'comment'> {
  const text = source.slice(declaration.start, declaration.end);
  const bare = { code: '', bases: [], members: [] };
  if (declaration.type === 'FunctionDeclaration') {
    const code = source.slice(declaration.start, declaration.body?.start ?? declaration.end);
    return { ...bare, kind: 'function', code: code.replace(/^async /, '').trim() };
  }
  if (declaration.type === 'TSInterfaceDeclaration') {
    const bases = declaration.extends.map(({ start, end }) => source.slice(start, end));
    return { ...bare, kind: 'type', bases, members: membersOf(declaration.body.body, source) };
  }
  if (declaration.type === 'ClassDeclaration') {
    const base = declaration.superClass;
    const bases = base === null ? [] : [source.slice(base.start, base.end)];
    return { ...bare, kind: 'class', bases, members: membersOf(declaration.body.body, source) };
  }
  if (declaration.type === 'VariableDeclaration') return { ...bare, kind: 'constant', code: text };
  return { ...bare, kind: 'type', code: text };
}

function membersOf(members: readonly (InterfaceMember | ClassMember)[], source: string): readonly Member[] {
  return members.flatMap((member) => {
    if (!('key' in member) || !('optional' in member)) return [];
    const { key, start, end } = member;
    const rest = source.slice(key.end, end).replace(/;$/, '').replace(/^\?/, '');
    const named = {
      name: source.slice(key.start, key.end),
      optional: member.optional,
      comment: commentBefore(source, start),
    };
    if (member.type === 'TSMethodSignature') return [{ ...named, type: rest }];
    if (!/Property/.test(member.type)) return [];
    // A class may give the value instead of the type.
    return [{ ...named, type: rest.replace(/^\s*[:=]\s*/, '').replace(/ as const$/, '') }];
  });
}

/** The documentation comment that ends where something begins; empty where there is none. */
function commentBefore(source: string, position: number): string {
  const before = source.slice(0, position).trimEnd();
  if (!before.endsWith('*/')) return '';
  const start = before.lastIndexOf('/*');
  if (!before.startsWith('/**', start)) return '';
  return before
    .slice(start + 3, -2)
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, '').trimEnd())
    .join('\n')
    .trim();
}
