/** A program that has the release files itself: in a directory, in a map, behind an interface of its own. */
import { createReadStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createClient, type InstallInput, install, list, type ReleaseStore } from '../../src/index.ts';
import { rejection } from '#support/thrown-by';
import { snapshot } from '#support/temp-dir';
import { testDir } from '#support/test-dir';
import { testServers } from '#support/test-servers';

const { sigstore, releases } = await testServers();
const KUBECTL = Buffer.from('#!/bin/sh\necho kubectl v1.30.2\n');
const KUBECTL_PATH = 'release/v1.30.2/bin/linux/amd64/kubectl';
const NAME = '/srv/kubernetes';

type Files = Readonly<Record<string, Uint8Array>>;

function releaseFiles(bytes: Uint8Array = KUBECTL): Files {
  const bundle = sigstore.signBlob({ bytes: KUBECTL }).bundle('0.3');
  return {
    'release/stable.txt': Buffer.from('v1.30.2'),
    [KUBECTL_PATH]: bytes,
    [`${KUBECTL_PATH}.sigstore.json`]: Buffer.from(bundle),
  };
}

function inChunks(bytes: Uint8Array): Readable {
  const starts = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, index) => index * 7);
  return Readable.from(starts.map((start) => bytes.subarray(start, start + 7)));
}

/** A store in memory that gives its files in chunks of 7 bytes. */
function storeOf(files: Files): ReleaseStore {
  return {
    name: NAME,
    open: async (name) => {
      const bytes = files[name];
      return bytes === undefined ? undefined : inChunks(bytes);
    },
  };
}

async function request(...sources: readonly (string | ReleaseStore)[]): Promise<InstallInput> {
  return {
    artifacts: ['kubectl'],
    platform: 'linux/amd64',
    into: (await testDir()).join('bin'),
    sources,
    rekorUrl: 'http://127.0.0.1:1',
    trustedRoot: sigstore.trustedRoot(),
  };
}

/** A store of which one file is opened in another way. */
function storeWith(name: string, open: ReleaseStore['open']): ReleaseStore {
  const others = storeOf(releaseFiles());
  return {
    name: NAME,
    open: async (asked, signal) => (asked === name ? open(asked, signal) : others.open(asked, signal)),
  };
}

async function* brokenOff(): AsyncGenerator<Uint8Array> {
  yield KUBECTL.subarray(0, 5);
  throw new Error('the bucket is gone');
}

describe('a store that the program brings', () => {
  it('gives the version, the evidence and the bytes, and no server is asked', async () => {
    const asked = await request(storeOf(releaseFiles()));
    const { artifacts } = await install(asked);
    expect(artifacts).toMatchObject([
      {
        outcome: 'installed',
        version: 'v1.30.2',
        source: `${NAME}/${KUBECTL_PATH}`,
        evidence: { kind: 'bundle', location: `${NAME}/${KUBECTL_PATH}.sigstore.json` },
      },
    ]);
    expect(readFileSync(`${asked.into}/kubectl`)).toEqual(KUBECTL);
  });

  it('may be a directory in six lines, and an object of a class', async () => {
    const root = (await testDir()).path;
    for (const [name, bytes] of Object.entries(releaseFiles())) {
      mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
      writeFileSync(path.join(root, name), bytes);
    }
    class Directory implements ReleaseStore {
      readonly name = root;
      async open(name: string): Promise<AsyncIterable<Uint8Array> | undefined> {
        const file = path.join(this.name, name);
        return existsSync(file) ? createReadStream(file) : undefined;
      }
    }
    const { artifacts } = await install(await request(new Directory()));
    expect(artifacts).toMatchObject([{ source: `${root}/${KUBECTL_PATH}` }]);
    expect(await list({ sources: [new Directory()] })).toMatchObject({ version: 'v1.30.2' });
  });

  it('is trusted as little as a server', async () => {
    const asked = await request(storeOf(releaseFiles(Buffer.from('something else'))));
    expect(await rejection(install(asked))).toMatchObject({
      code: 'digest-mismatch',
      from: `${NAME}/${KUBECTL_PATH}`,
    });
    expect(await snapshot(asked.into ?? '')).toEqual({});
  });

  it('is followed by the next source if it lacks a file or fails in the middle of one', async () => {
    const failing = storeWith(KUBECTL_PATH, async () => brokenOff());
    for (const first of [storeOf({}), failing]) {
      const events: unknown[] = [];
      await using client = createClient({ report: (event) => events.push(event) });
      const asked = await request(first, storeOf(releaseFiles()));
      expect(await install(asked, client)).toMatchObject({ artifacts: [{ outcome: 'installed' }] });
      expect(events).toContainEqual(expect.objectContaining({ kind: 'next-source' }));
      expect(readFileSync(`${asked.into}/kubectl`)).toEqual(KUBECTL);
    }
  });

  it('is followed by a server that gives the whole file again', async () => {
    const release = { component: 'kubectl', version: 'v1.30.2', platform: 'linux/amd64' };
    await releases.publishRelease({ ...release, bytes: KUBECTL, sigstore });
    const cut = storeWith(KUBECTL_PATH, async () => brokenOff());
    const { artifacts } = await install(await request(cut, releases.url));
    expect(artifacts).toMatchObject([{ source: `${releases.url}/${KUBECTL_PATH}` }]);
  });
});

describe('a store that cannot give a file', () => {
  it.each<[string, ReleaseStore['open'], object]>([
    [
      'throws',
      async () => {
        throw new Error('no\u001B access to https://me:secret@host/');
      },
      { code: 'network', found: '"no\\u001b access to https://...@host/"' },
    ],
    [
      'throws what looks like a verdict',
      async () => {
        throw Object.assign(new Error('fine'), { code: 'digest-mismatch' });
      },
      { code: 'network', name: 'UnavailableError' },
    ],
    [
      'has an empty file',
      async () => Readable.from([]),
      { code: 'response-invalid', found: 'the file is empty' },
    ],
    ['gives text', async () => Readable.from(['text']), { code: 'usage' }],
    [
      'gives the bytes and not chunks of them',
      async () => Promise.resolve(JSON.parse('[1, 2, 3]')),
      { code: 'usage' },
    ],
  ])('%s: nothing is learnt, and nothing is installed', async (_, open, expected) => {
    const asked = await request(storeWith(KUBECTL_PATH, open));
    expect(await rejection(install(asked))).toMatchObject(expected);
    expect(await snapshot(asked.into ?? '')).toEqual({});
  });

  it('gives too much of a small file: it is refused before it is read to its end', async () => {
    let given = 0;
    const endless = {
      async *[Symbol.asyncIterator]() {
        for (; given < 1000; given += 1) yield Buffer.alloc(65_536, ' ');
      },
    };
    const asked = await request(storeWith(`${KUBECTL_PATH}.sigstore.json`, async () => endless));
    expect(await rejection(install(asked))).toMatchObject({ code: 'material-oversized', check: 'material' });
    expect(given).toBeLessThan(1000);
  });

  it('does not hold up the end of a run that is interrupted', async () => {
    const abort = new AbortController();
    const silent = storeWith(KUBECTL_PATH, async () => {
      abort.abort(new Error('enough'));
      return new Promise(() => undefined);
    });
    const asked = { ...(await request(silent)), signal: abort.signal };
    expect(await rejection(install(asked))).toMatchObject({ code: 'interrupted' });
  });
});
