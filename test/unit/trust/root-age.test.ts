import { TrustedRoot } from '@sigstore/protobuf-specs';
import { describe, expect, it } from 'vitest';
import { factsOf, rootWords } from '../../../src/trust/root-age.ts';
import type { TrustMaterial } from '../../../src/trust/trust-material.ts';

const NOW = new Date('2026-11-28T12:00:00Z');
const EMBEDDED = { source: 'embedded', tufVersion: 16, asOf: '2026-11-20T00:00:00Z', sha256: 'ab' } as const;

describe('the words for a trusted root', () => {
  it.each([
    ['2026-11-28T12:00:00Z', 'built in, of 2026-11-20 (8 days old)'],
    ['2026-11-21T23:59:59Z', 'built in, of 2026-11-20 (1 day old)'],
    ['2026-11-20T12:00:00Z', 'built in, of 2026-11-20 (today)'],
    ['2026-11-19T12:00:00Z', 'built in, of 2026-11-20'],
  ])('at %s: %s', (now, expected) => {
    expect(rootWords(EMBEDDED, new Date(now))).toBe(expected);
  });

  it('have no age where it is not asked for', () => {
    expect(rootWords(EMBEDDED)).toBe('built in, of 2026-11-20');
  });

  it('name the version of the TUF root', () => {
    const root = { ...EMBEDDED, source: 'tuf', tufVersion: 17 } as const;
    expect(rootWords(root, NOW)).toBe('by TUF, root version 17, of 2026-11-20 (8 days old)');
  });

  it('name the file, whose age nobody knows', () => {
    expect(rootWords({ source: 'file', path: '/etc/root.json', sha256: 'ab' }, NOW)).toBe('/etc/root.json');
    expect(rootWords({ source: 'file', sha256: 'ab' }, NOW)).toBe('the given one');
  });
});

describe('the facts of a trusted root', () => {
  const root: TrustMaterial = {
    root: TrustedRoot.fromJSON({}),
    source: { kind: 'memory' },
    bytes: new Uint8Array(),
    sha256: 'ab',
    currentAsOf: undefined,
    ignored: [],
  };

  it('have the date in whole seconds, and never a later one', () => {
    const trust: TrustMaterial = {
      ...root,
      source: { kind: 'tuf', url: 'https://tuf.example' },
      tufRoot: { url: 'https://tuf.example', version: 3, expires: new Date() },
      currentAsOf: new Date('2026-11-27T08:30:00.999Z'),
    };
    expect(factsOf(trust)).toEqual({
      source: 'tuf',
      tufVersion: 3,
      asOf: '2026-11-27T08:30:00Z',
      sha256: 'ab',
    });
  });

  it.each([
    [{ kind: 'file', path: '/etc/root.json' } as const, { source: 'file', path: '/etc/root.json' }],
    [{ kind: 'memory' } as const, { source: 'file' }],
  ])('of %j are those of a file', (source, expected) => {
    expect(factsOf({ ...root, source })).toEqual({ ...expected, sha256: 'ab' });
  });
});
