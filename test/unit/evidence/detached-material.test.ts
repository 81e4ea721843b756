import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodePem } from '../../../src/strict/pem.ts';
import {
  parseCertificateFile,
  parseChecksumFile,
  parseSignatureFile,
} from '../../../src/evidence/detached-material.ts';
import { thrownBy } from '#support/thrown-by';

const KUBECTL = join(import.meta.dirname, '../../fixtures/kubectl-v1.26.0-rc.1-linux-amd64');
const sig = readFileSync(join(KUBECTL, 'kubectl.sig'), 'latin1');
const cert = readFileSync(join(KUBECTL, 'kubectl.cert'), 'latin1');
const pem = Buffer.from(cert, 'base64').toString('latin1');
const hex = '982dfe7eb5c27120de6262d30fa3e8029bc1da9e632ce70570e9c921d2851fc2';
const PAGE = '<!DOCTYPE html><html><body>503 Service Unavailable</body></html>';

describe('a signature file', () => {
  it.each([
    ['as published', sig],
    ['with a newline', `${sig}\n`],
    ['with a Windows newline', `${sig}\r\n`],
  ])('is read %s', (_, text) => {
    expect(parseSignatureFile(Buffer.from(text), 'it')).toEqual(Buffer.from(sig, 'base64'));
  });

  it.each([
    ['empty', ''],
    ['an HTML page', PAGE],
    ['truncated', sig.slice(0, 50)],
    ['not base64', 'no signature here'],
    ['two lines', `${sig}\n${sig}`],
  ])('is refused when it is %s', (_, text) => {
    const error = thrownBy(() => parseSignatureFile(Buffer.from(text), 'the signature of kubectl'));
    expect(error).toMatchObject({ name: 'UntrustedError', code: 'material-malformed', check: 'material' });
    expect(error).toHaveProperty('message', expect.stringContaining('the signature of kubectl'));
  });

  it('is refused when it is larger than any signature', () => {
    const error = thrownBy(() => parseSignatureFile(Buffer.alloc(9000, 'A'), 'it'));
    expect(error).toMatchObject({ code: 'material-oversized', found: '9000 bytes' });
  });

  it('tells an error page from other garbage', () => {
    const error = thrownBy(() => parseSignatureFile(Buffer.from(PAGE), 'it'));
    expect(error).toHaveProperty('found', expect.stringContaining('a web page instead of data'));
  });
});

describe('a certificate file', () => {
  it.each([
    ['base64 of PEM, as published', cert],
    ['plain PEM, as cosign prints it', pem],
    ['PEM with an empty line at the end', `${pem}\n`],
    ['PEM with Windows newlines', pem.replaceAll('\n', '\r\n')],
  ])('is read as %s', (_, text) => {
    expect(parseCertificateFile(Buffer.from(text), 'it')).toEqual(decodePem(pem, 'CERTIFICATE', 'it'));
  });

  it.each([
    ['empty', ''],
    ['an HTML page', PAGE],
    ['truncated', cert.slice(0, 400)],
    ['base64 of something else', Buffer.from('hello').toString('base64')],
    ['a PEM of another kind', pem.replaceAll('CERTIFICATE', 'PUBLIC KEY')],
    ['two certificates', pem + pem],
    ['a PEM with text before it', `leaf:\n${pem}`],
    ['a PEM with headers', pem.replace('-----\n', '-----\nX-Header: 1\n\n')],
  ])('is refused when it is %s', (_, text) => {
    const error = thrownBy(() => parseCertificateFile(Buffer.from(text), 'the certificate of kubectl'));
    expect(error).toMatchObject({ name: 'UntrustedError', code: 'material-malformed', check: 'material' });
  });

  it.each([
    ['a block of PUBLIC KEY', pem.replaceAll('CERTIFICATE', 'PUBLIC KEY')],
    ['2 blocks, the first of CERTIFICATE', pem + pem],
    ['such a block, but with other text or lines of another length', `${pem}and more\n`],
    ['without the first line of a PEM block', Buffer.from('hello').toString('base64')],
  ])('is told to be %s, and is not quoted', (found, text) => {
    const error = thrownBy(() => parseCertificateFile(Buffer.from(text), 'it'));
    expect(error).toMatchObject({ found: expect.stringContaining(found) });
    expect(error.found).not.toMatch(/hello|MII/);
  });

  it('is refused when it is larger than any certificate', () => {
    const error = thrownBy(() => parseCertificateFile(Buffer.alloc(70_000, 'A'), 'it'));
    expect(error).toMatchObject({ code: 'material-oversized' });
  });
});

describe('a checksum file', () => {
  it.each([
    ['as published', hex],
    ['with a newline', `${hex}\n`],
  ])('is read %s', (_, text) => {
    expect(parseChecksumFile(Buffer.from(text), 'sha256', 'it')).toEqual({ algorithm: 'sha256', hex });
  });

  it.each([
    ['empty', ''],
    ['an HTML page', PAGE],
    ['truncated', hex.slice(1)],
    ['of another algorithm', hex + hex],
    ['upper case', hex.toUpperCase()],
    ['in the format of sha256sum', `${hex}  kubectl`],
  ])('is refused when it is %s', (_, text) => {
    const error = thrownBy(() =>
      parseChecksumFile(Buffer.from(text), 'sha256', 'the checksum file of kubectl'),
    );
    expect(error).toMatchObject({ code: 'material-malformed', wanted: '64 lower-case hex digits' });
  });

  it('is refused when it is larger than any checksum', () => {
    const error = thrownBy(() => parseChecksumFile(Buffer.alloc(2000, 'a'), 'sha256', 'it'));
    expect(error).toMatchObject({ code: 'material-oversized' });
  });
});
