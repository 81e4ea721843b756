/** The blocks of code of a Markdown file. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './stage.ts';

export interface Block {
  readonly language: string;
  readonly code: string;
}

export function readPage(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

export function blocksIn(page: string): readonly Block[] {
  return Array.from(
    readPage(page).matchAll(/^```(?<language>\w*)\n(?<code>[\s\S]*?)^```$/gm),
    ({ groups }) => ({ language: groups?.['language'] ?? '', code: groups?.['code'] ?? '' }),
  );
}

export function blocksOf(page: string, language: string): readonly string[] {
  return blocksIn(page)
    .filter((block) => block.language === language)
    .map(({ code }) => code);
}

/** The commands of a transcript, each of them behind a `$`, and what they print together. */
export function readTranscript(code: string): {
  readonly commands: readonly string[];
  readonly shown: string;
} {
  const lines = code.split('\n');
  return {
    commands: lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2)),
    shown: lines.filter((line) => !line.startsWith('$ ')).join('\n'),
  };
}
