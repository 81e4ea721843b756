/** Each kept input ends as it did when it was kept: refused for a reason of the same code. A "no" never becomes a "yes". */
import { mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readBundle } from '../../src/evidence/read-bundle.ts';
import { testDir } from '#support/test-dir';
import { keepInputs, type KeptInput, keptInputs, readingOf } from './kept-inputs.ts';
import { READERS } from './readers.ts';
import { search } from './search.ts';

function hexOf({ outcome, bytes }: KeptInput): string {
  return `${outcome} ${Buffer.from(bytes).toString('hex')}`;
}

function reasonsOf(inputs: readonly KeptInput[]): readonly string[] {
  return inputs.map(({ bytes }) => readingOf(readBundle, bytes).reason);
}

/** Throws what is not ours. */
function looseReader(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes).toString());
}

describe.each(READERS)('the corpus of $name', ({ name, honest, read }) => {
  const kept = keptInputs(name);

  it('has inputs for several reasons, each of them once', () => {
    const reasons = kept.map(({ bytes }) => readingOf(read, bytes).reason);
    expect(new Set(reasons).size).toBeGreaterThan(3);
    const inputs = kept.map(({ bytes }) => Buffer.from(bytes).toString('base64'));
    expect(inputs.length).toBe(new Set(inputs).size);
  });

  it('ends as it did', () => {
    const now = kept.map(({ bytes }) => readingOf(read, bytes).outcome);
    expect(now).toEqual(kept.map(({ outcome }) => outcome));
    expect(kept.filter(({ outcome }) => outcome === 'read')).toEqual([]);
  });

  it('begins with an honest input, which is read', () => {
    expect(readingOf(read, honest()).outcome).toBe('read');
  });
});

describe('a search', () => {
  it('finds an input for a reason that is not kept, keeps it, and is the same for the same seed', async () => {
    const dir = await testDir();
    const reader = { name: 'json', honest: () => Buffer.from('{"a":1}'), read: readBundle };
    const first = search(reader, { seed: 7, rounds: 50, kept: [] });
    expect(first.broken).toEqual([]);
    expect(first.found.length).toBeGreaterThan(0);
    expect(search(reader, { seed: 7, rounds: 50, kept: [] })).toEqual(first);
    const again = reasonsOf(search(reader, { seed: 7, rounds: 50, kept: first.found }).found);
    expect(again.filter((reason) => reasonsOf(first.found).includes(reason))).toEqual([]);
    mkdirSync(dir.join('corpus'));
    keepInputs('json', first.found, dir.join('corpus'));
    expect(keptInputs('json', dir.join('corpus')).map(hexOf)).toEqual(first.found.map(hexOf));
  });

  it('tells an input that breaks a reader', () => {
    const { broken } = search(
      { name: 'loose', honest: () => Buffer.from('{"a":1}'), read: looseReader },
      { seed: 7, rounds: 50, kept: [] },
    );
    expect(broken[0]).toMatchObject({ error: expect.stringContaining('JSON') });
  });
});
