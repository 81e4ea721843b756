/** Whatever is put in the place of any part, the outcome is a verdict or one of our own errors. */
import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { readBundle } from '../../src/evidence/read-bundle.ts';
import { readCertificate } from '../../src/proof/certificate.ts';
import { readCheckpoint } from '../../src/proof/checkpoint.ts';
import { readTimestampToken } from '../../src/proof/timestamp-token.ts';
import { readTrustedRoot } from '../../src/trust/read-trusted-root.ts';
import { isRecord } from '#support/json';
import { resultOrTypedError } from '#support/result-or-typed-error';
import { blob, SIGNED_AT, statement, verifyEvidence, world } from '../vectors/vector.ts';

const SEED = Number(process.env['K8S_VERIFY_SEED'] ?? Date.now() % 2 ** 31);
const RUNS = Number(process.env['K8S_VERIFY_MUTANTS'] ?? 2_000);
vi.setConfig({ testTimeout: 60_000 + RUNS * 20 });
const settings = { numRuns: RUNS, seed: SEED };

/** Bytes with a stretch of them cut out and others put in its place. */
function splice(bytes: Uint8Array, at: number, length: number, insert: Uint8Array): Buffer {
  const start = at % (bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, start), insert, bytes.subarray(start + length)]);
}

const splices = fc.tuple(fc.nat(), fc.nat({ max: 4 }), fc.uint8Array({ maxLength: 4 }));

const TOKEN = world().timestampAuthority.respond(Buffer.from('signature'), { at: SIGNED_AT });
const LEAF = world().certificateAuthority.issueLeaf({ at: SIGNED_AT }).der;
const CHECKPOINT = world().rekor.checkpoint();
const BUNDLE = blob({ timestamps: [{}] });
const ROOT = world().trustedRoot();

describe(`readers (K8S_VERIFY_SEED=${SEED})`, () => {
  it.each<[string, Uint8Array, (bytes: Uint8Array) => unknown]>([
    ['a bundle', Buffer.from(String(BUNDLE.bundle)), readBundle],
    ['a trusted root', Buffer.from(ROOT), (bytes) => readTrustedRoot(bytes, { kind: 'file', path: 'x' })],
    ['a certificate', LEAF, readCertificate],
    ['a timestamp', TOKEN, readTimestampToken],
    ['a checkpoint', Buffer.from(CHECKPOINT), (bytes) => readCheckpoint(Buffer.from(bytes).toString())],
  ])('%s', (_, bytes, read) => {
    fc.assert(
      fc.property(splices, ([at, length, insert]) => {
        expect(resultOrTypedError(() => read(splice(bytes, at, length, insert)))).toBe(true);
      }),
      settings,
    );
  });
});

/** Every place in the JSON, with the places above it. */
function allPaths(
  value: unknown,
  path: readonly (string | number)[] = [],
): readonly (readonly (string | number)[])[] {
  const children = Array.isArray(value)
    ? value.flatMap((item, i) => allPaths(item, [...path, i]))
    : isRecord(value)
      ? Object.entries(value).flatMap(([key, item]) => allPaths(item, [...path, key]))
      : [];
  return [path, ...children];
}

function replaceAt(
  value: unknown,
  [step, ...rest]: readonly (string | number)[],
  replacement: unknown,
): unknown {
  if (step === undefined) return replacement;
  if (Array.isArray(value))
    return value.map((item, i) => (i === step ? replaceAt(item, rest, replacement) : item));
  return { ...Object(value), [step]: replaceAt(Object(value)[step], rest, replacement) };
}

const values = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.base64String({ maxLength: 200 }),
  fc.bigInt({ min: 0n, max: 2n ** 63n }).map(String),
  fc.constantFrom('', 'e30=', 'MAA=', 'SHA2_256', '2026-03-01T12:00:00Z'),
);

describe(`proofs (K8S_VERIFY_SEED=${SEED})`, () => {
  it.each([
    ['of a message signature', BUNDLE],
    ['of a statement', statement({ log: 'rekor-v2' })],
  ])('%s with any value for any part of the bundle', (_, evidence) => {
    const json: unknown = JSON.parse(String(evidence.bundle));
    fc.assert(
      fc.property(fc.constantFrom(...allPaths(json)), values, (path, value) => {
        const bundle = JSON.stringify(replaceAt(json, path, value)) ?? 'null';
        expect(resultOrTypedError(() => verifyEvidence({ ...evidence, bundle }))).toBe(true);
      }),
      settings,
    );
  });

  it('with any value for any part of the trusted root', () => {
    const json: unknown = JSON.parse(ROOT);
    fc.assert(
      fc.property(fc.constantFrom(...allPaths(json)), values, (path, value) => {
        const trustedRoot = JSON.stringify(replaceAt(json, path, value)) ?? 'null';
        expect(resultOrTypedError(() => verifyEvidence({ ...BUNDLE, trustedRoot }))).toBe(true);
      }),
      settings,
    );
  });

  it('with any value for any part of the log entry, logged as it is', () => {
    const body = Object(
      JSON.parse(
        Buffer.from(
          Object(JSON.parse(String(BUNDLE.bundle))).verificationMaterial.tlogEntries[0].canonicalizedBody,
          'base64',
        ).toString(),
      ),
    );
    fc.assert(
      fc.property(fc.constantFrom(...allPaths(body)), values, (path, value) => {
        const evidence = blob({ alterBody: (whole) => Object(replaceAt(whole, path, value)) });
        expect(resultOrTypedError(() => verifyEvidence(evidence))).toBe(true);
      }),
      { ...settings, numRuns: RUNS / 10 },
    );
  });
});
