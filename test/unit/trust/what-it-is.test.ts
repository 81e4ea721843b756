/** Files that people name as a trusted root, or that an editor or a tool made of one. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readTrustedRoot } from '../../../src/trust/read-trusted-root.ts';
import { sharedFile } from '#support/shared';
import { thrownBy } from '#support/thrown-by';
import { blob, world } from '../../vectors/vector.ts';

const source = { kind: 'file', path: 'named.json' } as const;
const root = world().trustedRoot();
/** The local root on one line, as gh prints it. */
const line = JSON.stringify(JSON.parse(root));
const tuf = readFileSync(new URL('../../../trust-roots/sigstore-public-good/root.json', import.meta.url));

describe('a file that is no trusted root', () => {
  it.each<[string, Uint8Array | string, RegExp, RegExp]>([
    ['a TUF root', tuf, /TUF metadata \(root\.json\)/, /name trusted_root\.json/],
    [
      'a TUF timestamp',
      '{"signed":{"_type":"timestamp"},"signatures":[]}',
      /TUF metadata \(timestamp\.json\)/,
      /name trusted_root/,
    ],
    [
      'a signing config',
      '{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json","caUrls":[]}',
      /a signing config/,
      /says where to sign/,
    ],
    ['JSON lines', `${line}\n${line}\n`, /2 trusted roots, one a line, as gh attestation/, /its own file/],
    ['text with a byte order mark', `\uFEFF${root}`, /a byte order mark/, /save it as UTF-8/],
    ['text in UTF-16', Buffer.from(`\uFEFF${root}`, 'utf16le'), /UTF-16/, /save it as UTF-8/],
    ['a bundle', blob().bundle, /a Sigstore bundle/, /--bundle/],
  ])('is told as what it is: %s', (_, bytes, what, advice) => {
    expect(thrownBy(() => readTrustedRoot(Buffer.from(bytes), source))).toMatchObject({
      code: 'trusted-root-invalid',
      message: expect.stringMatching(
        new RegExp(`^the trusted root named\\.json is not a trusted root: it is .*${what.source}`),
      ),
      next: expect.stringMatching(advice),
    });
  });

  it.each(['junk', '', '{}', '[]', '{"signed":{"_type":"x"}}', `${line}\n{}\n`, `${root}\n${root}`])(
    'is told by its first fault where it is anything else',
    (text) => {
      expect(thrownBy(() => readTrustedRoot(Buffer.from(text), source))).toMatchObject({
        code: 'trusted-root-invalid',
        message: expect.not.stringContaining('is none'),
      });
    },
  );

  const signingConfig = sharedFile('data/tuf-public-good/targets/signing_config.v0.2.json');
  it.skipIf(signingConfig === undefined)(
    "is told as what it is: Sigstore's own signing config (needs ../shared)",
    () => {
      const bytes = readFileSync(signingConfig ?? '');
      expect(thrownBy(() => readTrustedRoot(bytes, source))).toMatchObject({
        message: 'the trusted root named.json is not a trusted root: it is a signing config',
      });
    },
  );
});

describe('the trusted roots of Sigstore itself', () => {
  it.each([
    '2023-02-08-49d1933b',
    '2023-02-14-fc1d5d59',
    '2023-02-20-d39a5fa7',
    '2023-04-04-f50a9deb',
    '2025-01-20-36aee789',
    '2025-07-07-aa440a9b',
    '2025-09-22-c9bda74a',
    'staging-2026',
  ])('are all read, whole: %s', (name) => {
    const file = sharedFile(`data/trusted-roots/${name}.json`);
    if (file === undefined) return;
    const { root: read, ignored } = readTrustedRoot(readFileSync(file), source);
    expect(ignored).toEqual([]);
    expect(read.tlogs.length).toBeGreaterThan(0);
    expect(read.ctlogs.length).toBeGreaterThan(0);
    expect(read.certificateAuthorities.length).toBeGreaterThan(0);
  });
});
