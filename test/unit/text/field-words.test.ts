import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inFieldWords } from '../../../src/text/field-words.ts';

const SRC = join(import.meta.dirname, '../../../src');

/** What only the command line and the Action show: their own code, the page of an audit, and the pages of exit codes. */
const FOR_PEOPLE = /^(?:cli|action|report)\/|^text\/exit-code-pages\.ts$/;

describe('the words of a request', () => {
  it.each([
    [
      'name them: --bundle FILE, or --signature FILE --certificate FILE',
      'name them: bundle, or signature certificate',
    ],
    ['name another place with --install-dir or --output', 'name another place with into or output'],
    ['add --mirror https://dl.k8s.io', 'add sources https://dl.k8s.io'],
    ['a bundle (--save-bundle) is', 'a bundle (saveBundle) is'],
    ['verify it with --as NAME@VERSION, so that', 'verify it with as, so that'],
    ['rm /srv/a--bundle', 'rm /srv/a--bundle'],
    ['no option --such', 'no option --such'],
    [
      'a name from k8s-verify list --mirror DIR; or --mirror',
      'a name from k8s-verify list --mirror DIR; or sources',
    ],
    [
      'make one with k8s-verify lock, or name it with --lockfile',
      'make one with k8s-verify lock, or name it with lockfile',
    ],
  ])('take the place of options: %s', (text, words) => {
    expect(inFieldWords(text)).toBe(words);
  });

  it('are known for every option that is named outside the command line', () => {
    const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && !FOR_PEOPLE.test(name),
    );
    const left = files.flatMap((name) => {
      const code = readFileSync(join(SRC, name), 'utf8').replaceAll(/\/\*.*?\*\/|^\s*\/\/.*$/gms, '');
      const texts = code.match(/'[^'\n]*'|`[^`]*`/g) ?? [];
      return texts.flatMap((text) =>
        (
          inFieldWords(text.slice(1, -1))
            .replaceAll(/\bk8s-verify [a-z][^;:,()]*/g, '')
            .match(/(?<=^|[\s(])--[a-z][a-z-]*/g) ?? []
        ).map((option) => `${name}: ${option} in ${text}`),
      );
    });
    expect(left).toEqual([]);
  });
});
