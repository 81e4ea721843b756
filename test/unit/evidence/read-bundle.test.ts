import { describe, expect, it } from 'vitest';
import { readBundle } from '../../../src/evidence/read-bundle.ts';
import { ARTIFACT, blob, statement, world, SIGNED_AT } from '../../vectors/vector.ts';

const read = ({ bundle }: { readonly bundle: string | Uint8Array }): ReturnType<typeof readBundle> =>
  readBundle(Buffer.from(bundle));

describe('readBundle', () => {
  it('reads all of a message signature in Rekor v1', () => {
    const signed = world().signBlob({ at: SIGNED_AT, bytes: ARTIFACT });
    const [entry] = signed.tlogEntries;
    expect(read({ bundle: signed.bundle() })).toEqual({
      version: '0.3',
      content: {
        kind: 'message-signature',
        digest: { algorithm: 'sha256', hex: signed.digestHex },
        signature: Buffer.from(signed.signature),
      },
      key: {
        kind: 'certificate',
        leaf: Buffer.from(signed.leaf?.der ?? []),
        chain: [Buffer.from(signed.leaf?.der ?? [])],
      },
      logEntries: [
        {
          logIndex: BigInt(entry?.logIndex ?? 0),
          logId: Buffer.from(world().rekor.logId, 'hex'),
          kind: 'hashedrekord',
          version: '0.0.1',
          integratedTime: BigInt(SIGNED_AT.getTime() / 1000),
          signedEntryTimestamp: Buffer.from(entry?.inclusionPromise?.signedEntryTimestamp ?? '', 'base64'),
          inclusionProof: {
            logIndex: BigInt(entry?.inclusionProof?.logIndex ?? 0),
            treeSize: BigInt(entry?.inclusionProof?.treeSize ?? 0),
            rootHash: Buffer.from(entry?.inclusionProof?.rootHash ?? '', 'base64'),
            hashes: entry?.inclusionProof?.hashes.map((hash) => Buffer.from(hash, 'base64')),
            checkpoint: entry?.inclusionProof?.checkpoint?.envelope,
          },
          canonicalizedBody: Buffer.from(entry?.canonicalizedBody ?? '', 'base64'),
        },
      ],
      timestamps: [],
    });
  });

  it('reads an envelope, a key, and timestamps', () => {
    const bundle = read(statement({ managedKey: 'p256', log: 'rekor-v2', timestamps: [{}, {}] }));
    expect(bundle.content).toMatchObject({ kind: 'dsse', payloadType: 'application/vnd.in-toto+json' });
    expect(bundle.key).toMatchObject({ kind: 'public-key', hint: expect.stringMatching(/=$/) });
    expect(bundle.timestamps).toHaveLength(2);
    expect(bundle.logEntries[0]).toMatchObject({
      integratedTime: undefined,
      signedEntryTimestamp: undefined,
    });
  });

  it('reads a chain, leaf first', () => {
    const bundle = read(blob({}, { version: '0.1' }));
    expect(bundle).toMatchObject({ version: '0.1', key: { kind: 'certificate' } });
    expect(bundle.key.kind === 'certificate' && bundle.key.chain[0]).toBe(
      bundle.key.kind === 'certificate' && bundle.key.leaf,
    );
  });

  it('drops what is not signed in an envelope: the hint of its key', () => {
    const bundle = read(
      statement(
        {},
        {
          alter: ({ dsseEnvelope }) => dsseEnvelope?.signatures.forEach((one) => void (one.keyid = 'x')),
        },
      ),
    );
    expect(JSON.stringify(Object.keys(bundle.content))).not.toContain('keyid');
  });
});
