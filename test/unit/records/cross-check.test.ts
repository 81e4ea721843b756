import { describe, expect, it } from 'vitest';
import { crossCheck, type CrossCheckSource, type SourceSignature } from '../../../src/records/cross-check.ts';
import { thrownBy } from '#support/thrown-by';

const sha256 = 'a'.repeat(64);
const sha512 = 'b'.repeat(128);
const WHAT = 'kubectl v1.26.0 linux/amd64';
const FROM = 'https://mirror.example';

function listed(
  name: string,
  digests: { sha256?: string; sha512?: string },
  signature: SourceSignature = 'none',
): CrossCheckSource {
  return { name, from: FROM, content: { kind: 'listed', digests, signature } };
}

describe('cross-checks', () => {
  it('report each source for what it is worth', () => {
    const sources: CrossCheckSource[] = [
      listed('SHA256SUMS', { sha256 }),
      listed('SHA512SUMS', { sha512 }),
      listed('provenance.json', { sha256, sha512 }, 'proved'),
      listed('envelope', { sha256 }, 'unchecked'),
      { name: 'mirror SHA256SUMS', from: FROM, content: { kind: 'not-published' } },
      { name: 'other SHA256SUMS', from: FROM, content: { kind: 'not-listed' } },
      listed('old provenance.json', {}),
    ];
    expect(crossCheck({ sha256, sha512 }, sources, WHAT)).toEqual([
      {
        source: 'SHA256SUMS',
        from: FROM,
        outcome: 'agrees',
        proved: false,
        compared: ['sha256'],
        detail: 'agrees by sha256; it is not signed, so this is no proof',
      },
      {
        source: 'SHA512SUMS',
        from: FROM,
        outcome: 'agrees',
        proved: false,
        compared: ['sha512'],
        detail: 'agrees by sha512; it is not signed, so this is no proof',
      },
      {
        source: 'provenance.json',
        from: FROM,
        outcome: 'agrees',
        proved: true,
        compared: ['sha256', 'sha512'],
        detail: 'agrees by sha256 and sha512, and is proved itself',
      },
      {
        source: 'envelope',
        from: FROM,
        outcome: 'agrees',
        proved: false,
        compared: ['sha256'],
        detail: 'agrees by sha256; its signature cannot be checked, so this is no proof',
      },
      {
        source: 'mirror SHA256SUMS',
        from: FROM,
        outcome: 'not-published',
        proved: false,
        compared: [],
        detail: 'the release server has no such file',
      },
      {
        source: 'other SHA256SUMS',
        from: FROM,
        outcome: 'not-listed',
        proved: false,
        compared: [],
        detail: 'it does not list the artifact',
      },
      {
        source: 'old provenance.json',
        from: FROM,
        outcome: 'not-comparable',
        proved: false,
        compared: [],
        detail: 'it has no digest that can be compared',
      },
    ]);
  });

  it('say that SHA-512 alone cannot be compared if it was not computed', () => {
    expect(crossCheck({ sha256 }, [listed('SHA512SUMS', { sha512 })], WHAT)).toMatchObject([
      { outcome: 'not-comparable', compared: [] },
    ]);
  });

  it.each<[string, { sha256?: string; sha512?: string }, SourceSignature, 'sha256' | 'sha512', string]>([
    ['SHA256SUMS', { sha256: 'c'.repeat(64) }, 'none', 'sha256', 'not signed'],
    ['SHA512SUMS', { sha512: 'c'.repeat(128) }, 'none', 'sha512', 'not signed'],
    ['provenance.json', { sha256, sha512: 'c'.repeat(128) }, 'proved', 'sha512', 'proved too'],
    ['provenance.json', { sha256: 'c'.repeat(64) }, 'unchecked', 'sha256', 'not checked'],
    ['provenance.json', { sha256: sha256.toUpperCase() }, 'none', 'sha256', 'not signed'],
  ])('fail where %s differs, naming both digests', (name, digests, signature, algorithm, worth) => {
    const error = thrownBy(() =>
      crossCheck({ sha256, sha512 }, [listed('first', { sha256 }), listed(name, digests, signature)], WHAT),
    );
    expect(error).toMatchObject({
      code: 'digest-mismatch',
      check: 'digest',
      message: `${name} has another ${algorithm} for ${WHAT} than is proved`,
      wanted:
        algorithm === 'sha256'
          ? `sha256:${sha256} (proved)`
          : `sha512:${sha512} (of the bytes that have the proven sha256)`,
    });
    expect(error.found).toContain(Object.values(digests).at(-1));
    expect(error.found).toContain(worth);
  });
});
