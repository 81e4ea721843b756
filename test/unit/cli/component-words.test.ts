import { describe, expect, it } from 'vitest';
import { readComponents } from '../../../src/cli/component-words.ts';

import { thrownBy } from '#support/thrown-by';
import { parseRun } from './parse-run.ts';

function refused(...words: readonly string[]): unknown {
  return thrownBy(() => readComponents(parseRun(words)));
}

describe('a command after a component', () => {
  it.each([
    [['kubectl', 'verify'], 'k8s-verify verify kubectl'],
    [['kubectl', 'v1.30.2', 'digest', '--quiet'], 'k8s-verify digest kubectl v1.30.2 --quiet'],
    [['kubectl', 'lock', 'v1.30.2'], 'k8s-verify lock kubectl v1.30.2'],
  ])('is told to stand first: %s', (words, next) => {
    expect(refused(...words)).toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/^(?:verify|digest|lock) is a command, and stands after a component$/),
      next,
    });
  });

  it('is a name that there is not, where a command stands first', () => {
    expect(refused('install', 'kubectl', 'verify')).toMatchObject({ code: 'component-unknown' });
  });
});

describe('a line that names no component', () => {
  it.each([
    [['mirror'], 'k8s-verify mirror kubectl v1.30.2 --to DIR'],
    [['mirror', 'v1.31.0', '--to', 'my k8s'], "k8s-verify mirror kubectl v1.31.0 --to 'my k8s'"],
    [['digest'], 'k8s-verify digest kubectl v1.30.2'],
  ])('is answered with one that works: %s', (words, command) => {
    expect(refused(...words)).toMatchObject({ next: `name a component, for example: ${command}` });
  });
});
