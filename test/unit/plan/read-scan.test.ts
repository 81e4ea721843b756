import { describe, expect, it } from 'vitest';
import { readScan } from '../../../src/plan/read-scan.ts';
import { thrownBy } from '#support/thrown-by';

const SHA256 = 'ab'.repeat(32);

describe('what is to be scanned', () => {
  it('is the usual places where nothing is named', () => {
    expect(readScan({})).toEqual({
      paths: [],
      processes: false,
      oneFileSystem: false,
      allowedBuilders: [],
      allowedDigests: new Map(),
    });
  });

  it('may say all there is to say', () => {
    const { signal } = new AbortController();
    expect(
      readScan({
        paths: ['/opt'],
        root: '/host',
        processes: true,
        oneFileSystem: true,
        allowedBuilders: ['eks', 'k3s'],
        allowedDigests: [{ sha256: SHA256, reason: 'built here' }],
        sources: ['https://mirror.example.com'],
        rekorUrl: 'https://log.example.com',
        trustedRootPath: 'root.json',
        signal,
      }),
    ).toEqual({
      paths: ['/opt'],
      root: '/host',
      processes: true,
      oneFileSystem: true,
      allowedBuilders: ['eks', 'k3s'],
      allowedDigests: new Map([[SHA256, 'built here']]),
      sources: ['https://mirror.example.com'],
      rekorUrl: 'https://log.example.com',
      trustedRootFile: 'root.json',
      signal,
    });
  });

  it.each([
    ['nothing', undefined],
    ['a text', '/opt'],
    ['a field that there is not', { path: '/opt' }],
    ['a path alone', { paths: '/opt' }],
    ['an empty path', { paths: [''] }],
    ['no root', { root: 1 }],
    ['no flag', { processes: 'yes' }],
    ['a builder that is not known', { allowedBuilders: ['mine'] }],
    ['a digest alone', { allowedDigests: [SHA256] }],
    ['a digest without a reason', { allowedDigests: [{ sha256: SHA256 }] }],
    ['a reason that says nothing', { allowedDigests: [{ sha256: SHA256, reason: ' ' }] }],
    ['no digest', { allowedDigests: [{ sha256: 'ab', reason: 'ours' }] }],
    ['a server without an address', { rekorUrl: 'log' }],
    ['two trusted roots', { trustedRoot: '{}', trustedRootPath: 'root.json' }],
  ])('is refused: %s', (_, input) => {
    expect(thrownBy(() => readScan(input))).toMatchObject({ code: 'usage' });
  });
});
