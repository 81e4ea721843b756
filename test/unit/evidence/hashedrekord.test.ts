import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCertificateFile, parseSignatureFile } from '../../../src/evidence/detached-material.ts';
import {
  canonicalBody,
  hashedRekordEntry,
  leafHash,
  materialFromBody,
} from '../../../src/evidence/hashedrekord.ts';
import { thrownBy } from '#support/thrown-by';

const KUBECTL = join(import.meta.dirname, '../../fixtures/kubectl-v1.26.0-rc.1-linux-amd64');
const DIGEST = {
  algorithm: 'sha256',
  hex: '982dfe7eb5c27120de6262d30fa3e8029bc1da9e632ce70570e9c921d2851fc2',
} as const;
/** Printed in the Kubernetes blog of 2022-12-12. */
const UUID = '24296fb24b8ad77a5d54b39222e3fa9a21bcb0badd8aac939b4b0d1d9085b37f1f10b18a8cd24657';

const material = {
  signature: parseSignatureFile(readFileSync(join(KUBECTL, 'kubectl.sig')), 'kubectl.sig'),
  certificate: parseCertificateFile(readFileSync(join(KUBECTL, 'kubectl.cert')), 'kubectl.cert'),
};

describe('the log entry of a detached pair', () => {
  it('hashes to the UUID that was published for the first signed kubectl', () => {
    const body = canonicalBody(hashedRekordEntry(material, DIGEST));
    expect(leafHash(body)).toBe(UUID.slice(16));
  });

  it('carries the published files byte for byte', () => {
    const entry = hashedRekordEntry(material, DIGEST);
    expect(entry.spec.signature.content).toBe(readFileSync(join(KUBECTL, 'kubectl.sig'), 'latin1'));
    expect(entry.spec.signature.publicKey.content).toBe(
      readFileSync(join(KUBECTL, 'kubectl.cert'), 'latin1'),
    );
  });

  it('differs for another digest', () => {
    const other = hashedRekordEntry(material, { ...DIGEST, hex: '0'.repeat(64) });
    expect(leafHash(canonicalBody(other))).not.toBe(UUID.slice(16));
  });
});

describe('materialFromBody', () => {
  const body = canonicalBody(hashedRekordEntry(material, DIGEST));

  it('takes the pair out again', () => {
    expect(materialFromBody(body, DIGEST)).toEqual(material);
  });

  it.each([
    ['another digest', body, { ...DIGEST, hex: '0'.repeat(64) }],
    ['another kind', Buffer.from('{"apiVersion":"0.0.1","kind":"dsse","spec":{}}'), DIGEST],
    ['another version', Buffer.from('{"apiVersion":"0.0.2","kind":"hashedrekord","spec":{}}'), DIGEST],
    ['no specification', Buffer.from('{"apiVersion":"0.0.1","kind":"hashedrekord"}'), DIGEST],
    ['a list', Buffer.from('[]'), DIGEST],
  ])('passes over an entry for %s', (_, other, digest) => {
    expect(materialFromBody(other, digest)).toBeUndefined();
  });

  it('refuses an entry for the digest that has no signature', () => {
    const hash = { algorithm: 'sha256', value: DIGEST.hex };
    const spec = { data: { hash }, signature: {} };
    const broken = Buffer.from(JSON.stringify({ apiVersion: '0.0.1', kind: 'hashedrekord', spec }));
    expect(thrownBy(() => materialFromBody(broken, DIGEST))).toMatchObject({ code: 'log-entry-invalid' });
  });
});
