import { describe, expect, it } from 'vitest';
import { PROOF_STEPS } from '../../src/proof/steps.ts';
import { verifyEvidence } from './vector.ts';
import { VECTORS } from './vectors.ts';

/** What is printed to a terminal: some text, and nothing that moves a cursor. */
const WORDS: unknown = expect.stringMatching(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,2000}$/u);

describe.each(Object.entries(VECTORS))('vectors: %s', (_, vectors) => {
  it.each(vectors.filter(({ refusal }) => refusal === undefined))('accepts $name', ({ make }) => {
    const proven = verifyEvidence(make());
    expect(proven.checks.signature.outcome).toBe('passed');
    expect(proven.checks.identity.outcome).toBe('passed');
  });

  it.each(vectors.filter(({ refusal }) => refusal !== undefined))('refuses $name', ({ make, refusal }) => {
    const evidence = make();
    const [code, check] = refusal ?? [];
    expect(() => verifyEvidence(evidence)).toThrow(
      expect.objectContaining({
        name: expect.stringMatching(/^(?:UntrustedError|UnavailableError)$/),
        code,
        check,
        message: WORDS,
        wanted: WORDS,
        found: WORDS,
        why: WORDS,
        next: WORDS,
      }),
    );
  });
});

describe('the vectors', () => {
  const all = Object.values(VECTORS).flat();

  it('have names of their own', () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  });

  it('cover proofs of every step', () => {
    expect(new Set(PROOF_STEPS.map(({ name }) => name)).size).toBe(PROOF_STEPS.length);
  });
});
