import { describe, expect, it } from 'vitest';
import { crossCheck, type CrossCheckSource } from '../../../src/evidence/cross-check.ts';
import { thrownBy } from '../../support/thrown-by.ts';

const sha256 = 'a'.repeat(64);
const sha512 = 'b'.repeat(128);
const WHAT = 'kubectl v1.26.0 linux/amd64';

function listed(
  name: string,
  digests: { sha256?: string; sha512?: string },
  proved = false,
): CrossCheckSource {
  return { name, proved, content: { kind: 'listed', digests } };
}

describe('cross-checks', () => {
  it('report each source for what it is worth', () => {
    const sources: CrossCheckSource[] = [
      listed('SHA256SUMS', { sha256 }),
      listed('SHA512SUMS', { sha512 }),
      listed('provenance.json', { sha256, sha512 }, true),
      { name: 'mirror SHA256SUMS', proved: false, content: { kind: 'not-published' } },
      { name: 'other SHA256SUMS', proved: false, content: { kind: 'not-listed' } },
      listed('old provenance.json', {}),
    ];
    expect(crossCheck({ sha256, sha512 }, sources, WHAT)).toEqual([
      {
        source: 'SHA256SUMS',
        outcome: 'agrees-unsigned',
        compared: ['sha256'],
        detail: 'agrees by sha256; it is not signed, so this is no proof',
      },
      {
        source: 'SHA512SUMS',
        outcome: 'agrees-unsigned',
        compared: ['sha512'],
        detail: 'agrees by sha512; it is not signed, so this is no proof',
      },
      {
        source: 'provenance.json',
        outcome: 'agrees',
        compared: ['sha256', 'sha512'],
        detail: 'agrees by sha256 and sha512, and is proved itself',
      },
      {
        source: 'mirror SHA256SUMS',
        outcome: 'not-published',
        compared: [],
        detail: 'the release server has no such file',
      },
      {
        source: 'other SHA256SUMS',
        outcome: 'not-listed',
        compared: [],
        detail: 'it does not list the artifact',
      },
      {
        source: 'old provenance.json',
        outcome: 'not-comparable',
        compared: [],
        detail: 'it has no digest of an algorithm that was computed',
      },
    ]);
  });

  it('say that SHA-512 alone cannot be compared where nobody computed it', () => {
    expect(crossCheck({ sha256 }, [listed('SHA512SUMS', { sha512 })], WHAT)).toMatchObject([
      { outcome: 'not-comparable', compared: [] },
    ]);
  });

  it.each([
    ['SHA256SUMS', { sha256: 'c'.repeat(64) }, false, 'sha256', sha256, 'not signed'],
    ['SHA512SUMS', { sha512: 'c'.repeat(128) }, false, 'sha512', sha512, 'not signed'],
    ['provenance.json', { sha256, sha512: 'c'.repeat(128) }, true, 'sha512', sha512, 'proved too'],
    ['provenance.json', { sha256: sha256.toUpperCase() }, false, 'sha256', sha256, 'not signed'],
  ])('fail where %s differs, naming both digests', (name, digests, proved, algorithm, ours, worth) => {
    const error = thrownBy(() =>
      crossCheck({ sha256, sha512 }, [listed('first', { sha256 }), listed(name, digests, proved)], WHAT),
    );
    expect(error).toMatchObject({
      code: 'digest-mismatch',
      check: 'digest',
      message: `${name} has another ${algorithm} for ${WHAT} than is proved`,
      expected: `${algorithm} ${ours} (proved)`,
    });
    expect(error.found).toContain(Object.values(digests).at(-1));
    expect(error.found).toContain(worth);
  });
});
