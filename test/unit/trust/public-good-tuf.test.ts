/** Recorded material of the public-good Sigstore: its TUF roots from the first on, and each of its trusted roots. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeChange, differenceOf } from '../../../src/trust/difference.ts';
import { embeddedRecordBytes, embeddedTufRootBytes } from '../../../src/trust/embedded-root.ts';
import { readTrustedRoot } from '../../../src/trust/read-trusted-root.ts';
import { readRootRecord } from '../../../src/trust/root-age.ts';
import type { TrustMaterial } from '../../../src/trust/trust-material.ts';
import { MissingMetadata, refreshMetadata, type TufVersions } from '../../../src/trust/tuf-metadata.ts';
import { sharedFile } from '#support/shared';
import { PUBLIC_GOOD } from '../../trust-roots/public-good.ts';

const metadata = sharedFile('data/tuf-public-good/metadata');
const trustedRoots = sharedFile('data/trusted-roots');
const WHILE_GOOD = new Date('2026-08-25T00:00:00Z');

const read = (name: string): Uint8Array => readFileSync(`${metadata}/${name}`);
const first = (): Uint8Array => read('root_history/1.root.json');
const onlineKeys = (root: Uint8Array): unknown => {
  const { timestamp: one, snapshot: other } = JSON.parse(Buffer.from(root).toString()).signed.roles;
  return [one.keyids, other.keyids];
};
const readRoot = (path: string): TrustMaterial => readTrustedRoot(readFileSync(path), { kind: 'file', path });

describe.skipIf(metadata === undefined)('the recorded TUF repository (needs ../shared)', () => {
  const asked: string[] = [];
  /** Has the roots and the timestamp, and neither snapshot nor targets. */
  const recorded =
    (change: (name: string, bytes: Uint8Array) => Uint8Array = (_name, bytes) => bytes) =>
    (name: string): Promise<Uint8Array | undefined> => {
      asked.push(name);
      if (/^\d+\.root\.json$/.test(name)) {
        return Promise.resolve(
          Number.parseInt(name, 10) > 15 ? undefined : change(name, read(`root_history/${name}`)),
        );
      }
      return Promise.resolve(name === 'timestamp.json' ? change(name, read(name)) : undefined);
    };
  it('leads from the first root to the keys that signed its timestamp', async () => {
    const walk = refreshMetadata({ anchor: first(), now: WHILE_GOOD }, recorded());
    await expect(walk).rejects.toThrow(MissingMetadata);
    await expect(walk).rejects.toThrow('165.snapshot.json not found');
    expect(asked).toContain('15.root.json');
  });

  it('ends where a root or the timestamp has another byte', async () => {
    for (const file of ['2.root.json', '9.root.json', '15.root.json', 'timestamp.json']) {
      const change = (name: string, bytes: Uint8Array): Uint8Array =>
        name === file
          ? Buffer.from(
              Buffer.from(bytes)
                .toString()
                .replace(/"expires": ?"20/, '$&9'),
            )
          : bytes;
      const walk = refreshMetadata({ anchor: first(), now: WHILE_GOOD }, recorded(change));
      await expect(walk).rejects.toThrow(/signed by 0\/\d keys|Failed to parse expires/);
    }
  });

  it('had published what the root that ships records, and signs with the same keys now', async () => {
    const { published } = readRootRecord(embeddedRecordBytes());
    const { timestamp = 0, snapshot = 0 } = published;
    const anchor = read('root_history/15.root.json');
    const walk = (versions: TufVersions): Promise<unknown> =>
      refreshMetadata({ anchor, published: versions, now: WHILE_GOOD }, recorded());
    await expect(walk({ timestamp: 762, snapshot: 165 })).rejects.toThrow('165.snapshot.json not found');
    await expect(walk({ timestamp: 763 })).rejects.toThrow('timestamp.json has version 762');
    await expect(walk({ snapshot: 166 })).rejects.toThrow('snapshot.json has version 165');
    expect([timestamp >= 762, snapshot >= 165]).toEqual([true, true]);
    expect(onlineKeys(embeddedTufRootBytes())).toEqual(onlineKeys(anchor));
  });

  it('has a timestamp that expires after a week', async () => {
    const walk = refreshMetadata({ anchor: first(), now: new Date('2026-08-28T19:25:56Z') }, recorded());
    await expect(walk).rejects.toThrow('timestamp.json is expired');
  });

  it('reaches the root that ships from the newest recorded one', async () => {
    const shipped = readFileSync(`${PUBLIC_GOOD}/root.json`);
    const fetch = (name: string): Promise<Uint8Array | undefined> =>
      Promise.resolve(name === '16.root.json' ? shipped : undefined);
    await expect(
      refreshMetadata({ anchor: read('root_history/15.root.json'), now: WHILE_GOOD }, fetch),
    ).rejects.toThrow('timestamp.json not found');
  });
});

describe.skipIf(trustedRoots === undefined)('the trusted roots since 2023 (needs ../shared)', () => {
  const FILES = [
    '2023-02-08-49d1933b',
    '2023-02-14-fc1d5d59',
    '2023-02-20-d39a5fa7',
    '2023-04-04-f50a9deb',
    '2025-01-20-36aee789',
    '2025-07-07-aa440a9b',
    '2025-09-22-c9bda74a',
  ];
  const roots = (): TrustMaterial[] => [
    ...FILES.map((name) => readRoot(`${trustedRoots}/${name}.json`)),
    readRoot(`${PUBLIC_GOOD}/trusted_root.json`),
  ];

  it('are read, with nothing left out, and the newest is the one that ships', () => {
    const all = roots();
    expect(all.flatMap(({ ignored }) => ignored)).toEqual([]);
    expect(all.at(-1)?.sha256).toBe(all.at(-2)?.sha256);
  });

  it('of staging in 2026 is read, with rotated logs and two authorities under one URL', () => {
    const { root, ignored } = readRoot(`${trustedRoots}/staging-2026.json`);
    expect(ignored).toEqual([]);
    expect([root.tlogs.length, root.ctlogs.length]).toEqual([5, 5]);
    const uris = root.certificateAuthorities.map(({ uri }) => uri);
    expect(uris).toEqual(['https://fulcio.sigstage.dev', 'https://fulcio.sigstage.dev']);
    const tsas = root.timestampAuthorities.map(({ uri }) => uri);
    expect(new Set(tsas).size).toBeLessThan(tsas.length);
  });

  it('differ as they did, and no key was ever changed in place', () => {
    const all = roots();
    const changes = all.slice(1).map((after, index) => {
      const before = all[index];
      return before === undefined ? [] : differenceOf(before.root, after.root).map(describeChange);
    });
    const fulcio = 'changes: certificate authority https://fulcio.sigstore.dev (sigstore, sigstore.dev)';
    const github = 'timestamp authority  (Internal Services Root, GitHub, Inc.)';
    expect(changes).toEqual([
      [`${fulcio}: end 2031-10-05T13:56:58.000Z -> open`],
      [expect.stringMatching(/^changes: CT log https:\/\/ctfe\.sigstore\.dev\/test .*: start .*, end .*$/)],
      [
        `${fulcio}: order of the chain 3ba7b6cc, 15d79534 -> 15d79534, 3ba7b6cc`,
        `appears: ${github}, trusted since 2023-04-14T00:00:00.000Z`,
      ],
      [`gone: ${github}; what it signed no longer verifies`],
      [expect.stringMatching(/^appears: timestamp authority https:\/\/timestamp\.sigstore\.dev/)],
      [expect.stringMatching(/^appears: log https:\/\/log2025-1\.rekor\.sigstore\.dev /)],
      [],
    ]);
  });
});
