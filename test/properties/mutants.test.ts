/**
 * Any single changed byte or bit, anywhere in signature, certificate, log entry, signed entry timestamp, inclusion
 * proof, checkpoint, timestamp, bundle or artifact, is refused, and by one of our own errors.
 */
import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { K8sVerifyError } from '../../src/errors.ts';
import { isRecord } from '#support/json';
import { ARTIFACT, blob, type Evidence, statement, verifyEvidence } from '../vectors/vector.ts';

const SEED = Number(process.env['K8S_VERIFY_SEED'] ?? Date.now() % 2 ** 31);
const RUNS = Number(process.env['K8S_VERIFY_MUTANTS'] ?? 2_000);
vi.setConfig({ testTimeout: 60_000 + RUNS * 20 });

const EVIDENCE: Readonly<Record<string, Evidence>> = {
  'a message signature in Rekor v1': blob(),
  'a message signature in Rekor v2': blob({ log: 'rekor-v2' }),
  'a chain in a bundle v0.2': blob({}, { version: '0.2' }),
  'a message signature by RSA': blob({ key: 'rsa2048' }),
  'a statement in Rekor v1': statement(),
  'a statement in Rekor v2': statement({ log: 'rekor-v2', entryKind: 'hashedrekord' }),
};

type Path = readonly (string | number)[];

/** Every place in the JSON that holds text. */
function textPaths(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value === 'string') return [path];
  if (Array.isArray(value)) return value.flatMap((item, i) => textPaths(item, [...path, i]));
  return isRecord(value)
    ? Object.entries(value).flatMap(([key, item]) => textPaths(item, [...path, key]))
    : [];
}

/** The JSON with the text at a path changed. */
function changeAt(value: unknown, [step, ...rest]: Path, change: (text: string) => string): unknown {
  if (step === undefined) return change(String(value));
  if (Array.isArray(value)) return value.map((item, i) => (i === step ? changeAt(item, rest, change) : item));
  return { ...Object(value), [step]: changeAt(Object(value)[step], rest, change) };
}

function changeByte(bytes: Uint8Array, at: number, mask: number): Buffer {
  const changed = Buffer.from(bytes);
  const position = at % changed.length;
  changed[position] = (changed[position] ?? 0) ^ mask;
  return changed;
}

/** A field's bytes, whether it holds base64 or text, with one of them changed. */
function changeField(text: string, at: number, mask: number): string {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length > 8 && bytes.toString('base64') === text
    ? changeByte(bytes, at, mask).toString('base64')
    : changeByte(Buffer.from(text), at, mask).toString();
}

function refusalOf(evidence: Evidence): unknown {
  try {
    return verifyEvidence(evidence);
  } catch (error) {
    return error;
  }
}

const masks = fc.oneof(fc.constantFrom(1, 2, 4, 8, 16, 32, 64, 128), fc.integer({ min: 1, max: 255 }));

describe.each(Object.entries(EVIDENCE))(`one change (K8S_VERIFY_SEED=${SEED}): %s`, (_, evidence) => {
  const text = String(evidence.bundle);
  const json: unknown = JSON.parse(text);
  const paths = textPaths(json);

  it('is accepted as it is', () => {
    expect(verifyEvidence(evidence).checks.identity.outcome).toBe('passed');
  });

  it('in any field of the bundle is refused', () => {
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.nat(), masks, (path, at, mask) => {
        const changed = changeAt(json, path, (field) => changeField(field, at, mask));
        fc.pre(JSON.stringify(changed) !== text);
        expect(refusalOf({ ...evidence, bundle: JSON.stringify(changed) })).toBeInstanceOf(K8sVerifyError);
      }),
      { numRuns: RUNS, seed: SEED },
    );
  });

  it('in any byte of the bundle is refused', () => {
    fc.assert(
      fc.property(fc.nat(), masks, (at, mask) => {
        expect(refusalOf({ ...evidence, bundle: changeByte(Buffer.from(text), at, mask) })).toBeInstanceOf(
          K8sVerifyError,
        );
      }),
      { numRuns: RUNS / 4, seed: SEED },
    );
  });

  it('in any byte of the artifact is refused', () => {
    fc.assert(
      fc.property(fc.nat(), masks, (at, mask) => {
        expect(refusalOf({ ...evidence, artifact: changeByte(ARTIFACT, at, mask) })).toBeInstanceOf(
          K8sVerifyError,
        );
      }),
      { numRuns: 50, seed: SEED },
    );
  });
});
