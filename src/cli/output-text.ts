/**
 * What stdout has of `install` and `verify`, for programs. Text from outside (a server, a file, a certificate,
 * the command line) is printed without control characters: no foreign text moves the cursor or colours a line.
 */
import type { Note } from '../notes.ts';
import type { ArtifactResult, ListedMember } from '../result.ts';
import { printable } from './printable.ts';
import { symbol, type TextStyle, wrapped } from './style.ts';

/** Of an install: one path a line, as it is; it has nothing that ends a line (result-path.ts). */
export function pathLine(artifact: ArtifactResult): string {
  return `${artifact.path ?? `sha256:${artifact.sha256}`}\n`;
}

/** Of a verified file: verdict, path, component, version, platform and SHA-256, with what is not known left empty. */
export function verdictLine(artifact: ArtifactResult): string {
  if (artifact.members !== undefined) return memberLines(artifact.members);
  const { claim, path, component, version, platform, sha256 } = artifact;
  return tsvLine([claim, path, component, version, platform, sha256]);
}

/** What an archive holds: `0755   48037888  2023-04-12T12:13:53.000Z  kubernetes/client/bin/kubectl`. */
export function memberLines(members: readonly ListedMember[]): string {
  return members
    .map(({ path, kind, bytes, mode, modified }) => {
      const name = kind === 'directory' ? `${path.replace(/\/$/, '')}/` : path;
      return `${mode}  ${String(bytes).padStart(11)}  ${modified}  ${printable(name)}\n`;
    })
    .join('');
}

/** Fields between tabs; none of them holds a tab or ends a line. */
export function tsvLine(fields: readonly (string | undefined)[]): string {
  return `${fields.map((field) => printable(field ?? '')).join('\t')}\n`;
}

export function noteText({ code, text }: Note, style: TextStyle): string {
  if (style.terminal === undefined) return `note: ${printable(text)}\n`;
  // A line to copy stands alone, and is not broken.
  const at = code === 'directory-not-on-path' ? text.indexOf(': ') + 1 : 0;
  const [said, line] = at === 0 ? [text, ''] : [text.slice(0, at), `\n    ${printable(text.slice(at + 1))}`];
  return `${symbol(style, 'note')}${wrapped(printable(said), 2, style)}${line}\n`;
}
