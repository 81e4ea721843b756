import { createHash, generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { UntrustedError } from '../../../src/errors.ts';
import type { HashAlgorithm } from '../../../src/strict/digest.ts';
import { readPublicKey } from '../../../src/proof/public-key.ts';
import { generateKey, hashFor, type KeyKind, signMessage } from '#support/sigstore/keys';

const WYCHEPROOF = new URL('../../fixtures/wycheproof/', import.meta.url);

interface Group {
  readonly key: string;
  readonly hash: HashAlgorithm;
  readonly tests: readonly (readonly [
    id: number,
    comment: string,
    message: string,
    signature: string,
    result: string,
  ])[];
}

const files = readdirSync(WYCHEPROOF).filter((name) => name.endsWith('.json.gz'));

describe('Wycheproof', () => {
  it.each(files)('%s: exactly the valid signatures verify, over the message and over its digest', (name) => {
    const groups: readonly Group[] = JSON.parse(
      gunzipSync(readFileSync(new URL(name, WYCHEPROOF))).toString(),
    );
    const wrong = groups.flatMap(({ key: spki, hash, tests }) => {
      const key = readPublicKey(Buffer.from(spki, 'hex'), 'the key');
      return tests.filter(([, , message, signature, result]) => {
        const bytes = [message, signature].map((hex) => Buffer.from(hex, 'hex'));
        const [signed = Buffer.alloc(0), by = Buffer.alloc(0)] = bytes;
        const digest = { algorithm: hash, hex: createHash(hash).update(signed).digest('hex') };
        const byMessage = key.verifyMessage(signed, hash, by);
        const byDigest = key.needsMessage ? byMessage : key.verifyDigest(digest, by);
        return byMessage !== (result === 'valid') || byDigest !== byMessage;
      });
    });
    expect(wrong).toEqual([]);
    expect(groups.reduce((sum, { tests }) => sum + tests.length, 0)).toBeGreaterThan(100);
  });
});

describe('readPublicKey', () => {
  const message = Buffer.from('a message');

  it.each<[KeyKind, string, boolean]>([
    ['p256', 'ECDSA P-256', false],
    ['p384', 'ECDSA P-384', false],
    ['p521', 'ECDSA P-521', false],
    ['rsa2048', 'RSA 2048', false],
    ['rsa3072', 'RSA 3072', false],
    ['ed25519', 'Ed25519', true],
  ])('reads a key of type %s', (kind, description, needsMessage) => {
    const pair = generateKey(kind);
    const key = readPublicKey(pair.spki, 'the key');
    const algorithm = hashFor(kind);
    const signature = signMessage(pair, message);
    expect({ ...key }).toMatchObject({ description, needsMessage, spki: pair.spki });
    expect(key.verifyMessage(message, algorithm, signature)).toBe(true);
    expect(key.verifyMessage(Buffer.from('another'), algorithm, signature)).toBe(false);
    const digest = { algorithm, hex: createHash(algorithm).update(message).digest('hex') };
    expect(key.verifyDigest(digest, signature)).toBe(!needsMessage);
    expect(key.verifyDigest({ ...digest, hex: digest.hex.replace(/^../, '00') }, signature)).toBe(false);
  });

  it.each([
    ['an Ed448 key', generateKeyPairSync('ed448').publicKey],
    ['an X25519 key', generateKeyPairSync('x25519').publicKey],
    ['a key on secp256k1', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey],
    ['a key on P-224', generateKeyPairSync('ec', { namedCurve: 'P-224' }).publicKey],
    ['an RSA key of 1024 bits', generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey],
  ])('refuses %s', (_, key) => {
    const spki = key.export({ format: 'der', type: 'spki' });
    expect(() => readPublicKey(spki, 'the key')).toThrow(
      expect.objectContaining({ code: 'material-malformed', wanted: expect.stringContaining('P-256') }),
    );
  });

  it('refuses a point that is not on the curve', () => {
    const spki = Buffer.from(generateKey('p256').spki);
    spki[spki.length - 1] = (spki.at(-1) ?? 0) ^ 1;
    expect(() => readPublicKey(spki, 'the key')).toThrow(UntrustedError);
  });

  it('refuses a key with bytes after it', () => {
    const spki = Buffer.concat([generateKey('p256').spki, Buffer.of(0)]);
    expect(() => readPublicKey(spki, 'the key')).toThrow(UntrustedError);
  });
});
