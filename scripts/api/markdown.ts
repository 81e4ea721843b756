/** Declarations and their comments as Markdown. */
import type { Declaration, Member } from './declarations.ts';

/** @param names of everything on the page, for links. */
export function renderDeclaration(declaration: Declaration, names: ReadonlySet<string>): string {
  const { name, code, comment, bases, members } = declaration;
  const parts = [
    `### ${name}`,
    ...(code === '' ? [] : [`\`\`\`ts\n${code}\n\`\`\``]),
    ...renderComment(comment, names),
    ...(bases.length === 0
      ? []
      : [`Everything of ${bases.map((base) => typeText(base, names)).join(', ')}.`]),
    ...(members.length === 0 ? [] : [renderMembers(members, names)]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function renderMembers(members: readonly Member[], names: ReadonlySet<string>): string {
  const rows = members.map(({ name, optional, type, comment }) => {
    const text = renderComment(comment, names).join(' ');
    const shown = `\`${name}${optional ? '?' : ''}\``;
    return `| ${[shown, typeText(type, names), text].map(inCell).join(' | ')} |`;
  });
  return ['| Name | Type | Meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

function inCell(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ').replaceAll('|', String.raw`\|`);
}

/** A type that is on the page is a link to it; any other one is code. */
function typeText(type: string, names: ReadonlySet<string>): string {
  const flat = type.replaceAll(/\s*\/\*\*.*?\*\/\s*/gs, ' ').replaceAll(/\s+/g, ' ');
  if (names.has(flat)) return linkTo(flat);
  const words = flat.match(/(?<!['\w])[A-Z]\w+\b(?!')/g);
  const mentioned = [...new Set(words)].filter((word) => names.has(word));
  return mentioned.length === 0 ? `\`${flat}\`` : `\`${flat}\` (${mentioned.map(linkTo).join(', ')})`;
}

function linkTo(name: string): string {
  return `[${name}](#${name.toLowerCase()})`;
}

/** Paragraphs, then the parameters, what is returned and what is thrown as a list. */
function renderComment(comment: string, names: ReadonlySet<string>): readonly string[] {
  const [text = '', ...tags] = comment.split(/^@(?=param|returns|throws)|\s@(?=throws)/m);
  const paragraphs = text.trim() === '' ? [] : [withLinks(text.trim(), names)];
  const list = tags.map((tag) => renderTag(withLinks(tag.trim().replaceAll(/\s*\n\s*/g, ' '), names)));
  return list.length === 0 ? paragraphs : [...paragraphs, list.join('\n')];
}

function renderTag(tag: string): string {
  const [, kind = '', rest = ''] = /^(\w+):? (.*)$/s.exec(tag) ?? [];
  if (kind !== 'param') return `- **${kind}** ${rest}`;
  const [, name = '', meaning = ''] = /^(\w+) (.*)$/s.exec(rest) ?? [];
  return `- \`${name}\`: ${meaning}`;
}

function withLinks(text: string, names: ReadonlySet<string>): string {
  return text.replaceAll(/\{@link (\w+)\}/g, (_, name: string) =>
    names.has(name) ? linkTo(name) : `\`${name}\``,
  );
}
