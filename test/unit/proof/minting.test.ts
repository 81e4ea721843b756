import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ProvenDigest } from '../../../src/proof/prove-digest.ts';
import { PROOF_STEPS } from '../../../src/proof/steps.ts';
import { blob, verifyEvidence } from '../../vectors/vector.ts';

const SRC = join(import.meta.dirname, '../../../src');
const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name: name.replaceAll('\\', '/'), text: readFileSync(join(SRC, name), 'utf8') }));

const mentioning = (pattern: RegExp): readonly string[] =>
  sources.filter(({ text }) => pattern.test(text)).map(({ name }) => name);

describe('a proven digest', () => {
  it('cannot be written down by other code', () => {
    const { algorithm, hex, signer, signedAt, logEntries, checks } = verifyEvidence(blob());
    // @ts-expect-error the brand is not exported, so that only a cast could forge one
    const forged: ProvenDigest = { algorithm, hex, signer, signedAt, logEntries, checks };
    expect(Object.getOwnPropertySymbols(forged)).toEqual([]);
    expect(Object.getOwnPropertySymbols(verifyEvidence(blob()))).toHaveLength(1);
  });

  it('is not cast to anywhere in the code', () => {
    expect(mentioning(/\bas (?:unknown as )?ProvenDigest\b|<ProvenDigest>\s*[({]/)).toEqual([]);
  });

  it('comes of every step: nothing else in the code names them', () => {
    expect(mentioning(/\bPROOF_STEPS\b/).toSorted()).toEqual(['proof/prove-digest.ts', 'proof/steps.ts']);
    expect(PROOF_STEPS.length).toBeGreaterThan(15);
  });

  it('is never proved by a promise that is not awaited', () => {
    const proof = sources.filter(({ name }) => name.startsWith('proof/'));
    expect(
      proof.filter(({ text }) => /\basync\b|\bawait\b|\bPromise\b/.test(text)).map(({ name }) => name),
    ).toEqual([]);
  });
});
