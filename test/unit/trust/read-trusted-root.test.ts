import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { embeddedRootBytes } from '../../../src/trust/embedded-root.ts';
import { readTrustedRoot } from '../../../src/trust/read-trusted-root.ts';
import type { AlterTrustedRoot } from '#support/local-sigstore';
import { world } from '../../vectors/vector.ts';

const source = { kind: 'file', path: 'trusted_root.json' } as const;

describe('readTrustedRoot', () => {
  it('reads the embedded root of the public-good instance', () => {
    const bytes = embeddedRootBytes();
    const { root, sha256 } = readTrustedRoot(bytes, source);
    expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(root.tlogs.map(({ baseUrl }) => baseUrl)).toContain('https://rekor.sigstore.dev');
    expect(root.certificateAuthorities.map(({ uri }) => uri)).toContain('https://fulcio.sigstore.dev');
    const windows = [...root.tlogs, ...root.ctlogs].map(({ publicKey }) => publicKey?.validFor?.start);
    expect(windows.every((start) => start instanceof Date)).toBe(true);
  });

  it('reads every part of a root', () => {
    const { root } = readTrustedRoot(Buffer.from(world().trustedRoot()), source);
    const { rekor, rekorV2, ctLog, certificateAuthority, timestampAuthority } = world();
    expect(root.tlogs.map(({ logId }) => logId?.keyId.toString('hex'))).toEqual([
      rekor.logId,
      Buffer.from(rekorV2.logId).toString('hex'),
    ]);
    expect(root.ctlogs[0]?.publicKey?.rawBytes?.equals(ctLog.key.spki)).toBe(true);
    expect(root.certificateAuthorities[0]?.certChain?.certificates).toHaveLength(
      certificateAuthority.chain.length,
    );
    expect(root.timestampAuthorities[0]).toMatchObject({
      uri: timestampAuthority.uri,
      validFor: { end: undefined },
    });
  });

  it('takes a root without authorities: the proof decides whether that is enough', () => {
    const bytes = Buffer.from('{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}');
    const { root } = readTrustedRoot(bytes, source);
    expect(root).toMatchObject({ tlogs: [], certificateAuthorities: [] });
  });

  it.each<[string, AlterTrustedRoot, string, string | undefined]>([
    [
      'a log with a newer type of key',
      ({ tlogs }) => void (tlogs[1]?.publicKey && (tlogs[1].publicKey.keyDetails = 'PKIX_ML_DSA_65')),
      'tlogs[1], which has keyDetails "PKIX_ML_DSA_65"',
      'tlogs',
    ],
    [
      // As protobuf-specs#783 proposes them: demands that this program does not enforce.
      'a log that demands a quorum of witnesses',
      ({ tlogs: [log] }) =>
        void Object.assign(log ?? {}, { witnessConfiguration: { quorum: 2, groups: [] }, operator: 'x' }),
      'tlogs[0], which has a field "witnessConfiguration"',
      'tlogs',
    ],
    [
      'a log that has ended with a final checkpoint',
      ({ tlogs: [, log] }) => void Object.assign(log ?? {}, { finalCheckpoint: 'log.example/1\n5\n' }),
      'tlogs[1], which has a field "finalCheckpoint"',
      'tlogs',
    ],
    [
      'a log that demands signatures with more keys',
      ({ ctlogs: [log] }) => void Object.assign(log ?? {}, { additionalPublicKeys: [] }),
      'ctlogs[0], which has a field "additionalPublicKeys"',
      'ctlogs',
    ],
    [
      'an authority with a newer field',
      ({ certificateAuthorities: [ca] }) => void Object.assign(ca ?? {}, { oidcIssuers: [] }),
      'certificateAuthorities[0], which has a field "oidcIssuers"',
      'certificateAuthorities',
    ],
    [
      'an authority with a newer field in its chain',
      ({ timestampAuthorities: [tsa] }) => void Object.assign(tsa?.certChain ?? {}, { pem: '' }),
      'timestampAuthorities[0], which has a field "pem"',
      'timestampAuthorities',
    ],
    [
      'an authority with a newer type of key',
      ({ certificateAuthorities: [ca] }) => {
        for (const certificate of ca?.certChain.certificates ?? []) {
          const der = Buffer.from(certificate.rawBytes, 'base64').toString('hex');
          const newer = der.replaceAll('06072a8648ce3d0201', '06072a8648ce3d0901');
          certificate.rawBytes = Buffer.from(newer, 'hex').toString('base64');
        }
      },
      'certificateAuthorities[0], which has a key of type 1.2.840.10045.9.1',
      'certificateAuthorities',
    ],
    [
      'a field above the lists',
      (root) => void Object.assign(root, { 'policies\u001b[2J': [] }),
      String.raw`a field "policies\u001b[2J"`,
      undefined,
    ],
  ])('leaves out what is newer than this program, and tells it: %s', (_, alter, what, list) => {
    const before = readTrustedRoot(Buffer.from(world().trustedRoot()), source).root;
    const { root, ignored } = readTrustedRoot(Buffer.from(world().trustedRoot(alter)), source);
    expect(ignored).toEqual([{ list, what }]);
    for (const name of ['tlogs', 'ctlogs', 'certificateAuthorities', 'timestampAuthorities'] as const) {
      expect(root[name]).toHaveLength(before[name].length - (name === list ? 1 : 0));
    }
  });
});
