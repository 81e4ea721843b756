import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { inActionWords } from '../../../src/action/words.ts';

const SRC = path.resolve(import.meta.dirname, '../../../src');

/** Sentences below the faces that speak of an option of the command; an expression in a template is three dots. */
function sentencesWithOptions(): readonly string[] {
  const files = globSync('**/*.ts', { cwd: SRC }).filter((file) => !/^(?:cli|action)[\\/]/.test(file));
  return files.flatMap((file) => {
    const code = readFileSync(path.join(SRC, file), 'utf8').replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '');
    const joined = code.replaceAll(/'\s*\+\s*'/g, '');
    const texts = joined.matchAll(/'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`/g);
    return Array.from(texts, ([, plain, template]) =>
      (plain ?? template ?? '').replaceAll(/\$\{[^}]*\}/g, '...'),
    ).filter((text) => /--[a-z]/.test(text));
  });
}

describe('advice in a job', () => {
  it.each([
    ['try again, or allow more time with --timeout', 'try again'],
    ['try again later, or use --mirror', 'try again later, or use the input mirror'],
    ['check --rekor-url; a proxy may have answered', 'check the input rekor-url; a proxy may have answered'],
    [
      'choose another place with --install-dir or --output',
      'choose another place with the input install-dir',
    ],
    [
      'give it with --ca-file FILE (or NODE_EXTRA_CA_CERTS); otherwise',
      'give it with NODE_EXTRA_CA_CERTS; otherwise',
    ],
    ['name the root: --trusted-root FILE', 'name the root: the input trusted-root'],
    ['do not use the file: install it again with --save-bundle', 'do not use the file'],
    ['to renew it, install with --save-bundle', ''],
    ['allow more time with --timeout; check the proxy', 'check the proxy'],
    ['update the runner', 'update the runner'],
    ['use --no-such-option', ''],
  ])('%s', (text, expected) => {
    expect(inActionWords(text)).toBe(expected);
  });

  it('never names an option of the command, whatever error it is of', () => {
    const sentences = sentencesWithOptions();
    expect(sentences.length).toBeGreaterThan(10);
    expect(sentences.filter((text) => /--[a-z]/.test(inActionWords(text)))).toEqual([]);
  });
});
