/** Another kind of place for release files is one class, and no other code knows of it. */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { UnavailableError, UntrustedError } from '../../src/errors.ts';
import type {
  BytesRequest,
  Delivery,
  ReleaseSource,
  SizeRequest,
  SmallFile,
  SmallFileRequest,
} from '../../src/source/release-source.ts';
import { snapshot } from '#support/temp-dir';
import { testDir } from '#support/test-dir';
import { testServers } from '#support/test-servers';
import { prepareInstall } from './support/install-run.ts';

const KUBECTL = Buffer.from('#!/bin/sh\necho kubectl v1.30.2\n');
const PATH = 'release/v1.30.2/bin/linux/amd64/kubectl';

const { sigstore, releases } = await testServers();

/** Release files in a directory of this machine. */
class DirectorySource implements ReleaseSource {
  readonly shown: string;
  readonly isPublisher = false;
  readonly isLocal = true;

  constructor(directory: string) {
    this.shown = directory;
  }

  size({ path: name }: SizeRequest): Promise<number | undefined> {
    return Promise.resolve(this.#size(name));
  }

  async small({ path: name, maxBytes, what }: SmallFileRequest): Promise<SmallFile | undefined> {
    const size = this.#size(name);
    if (size === undefined) return undefined;
    if (size > maxBytes) throw new UntrustedError('material-oversized', `${what} is too large`);
    return { bytes: readFileSync(path.join(this.shown, name)), quotable: true };
  }

  async bytes({ path: name, received: { sink }, maxBytes, what }: BytesRequest): Promise<Delivery> {
    const size = this.#size(name);
    if (size === undefined) return { kind: 'absent', reason: 'no such file' };
    if (size > maxBytes) throw new UnavailableError('response-invalid', `${what} is too large`);
    const file = path.join(this.shown, name);
    await sink.write(readFileSync(file));
    return {
      kind: 'delivered',
      outcome: { url: file, bytes: sink.length, resumed: false, endedByClose: false },
    };
  }

  #size(name: string): number | undefined {
    return statSync(path.join(this.shown, name), { throwIfNoEntry: false })?.size;
  }
}

/** A directory that has kubectl with its bundle, and which version is stable. */
async function filledDirectory(bytes: Uint8Array): Promise<string> {
  const dir = await testDir();
  mkdirSync(path.dirname(dir.join(PATH)), { recursive: true });
  writeFileSync(dir.join('release/stable.txt'), 'v1.30.2');
  writeFileSync(dir.join(PATH), bytes);
  writeFileSync(dir.join(`${PATH}.sigstore.json`), sigstore.signBlob({ bytes: KUBECTL }).bundle('0.3'));
  return dir.path;
}

const asked = { component: 'kubectl', platform: 'linux/amd64' };

describe('a source that is no server', () => {
  it('gives the version, the signature and the bytes of an install, with no server asked', async () => {
    const run = await prepareInstall({ sigstore, releases });
    const directory = await filledDirectory(KUBECTL);
    const { artifacts } = await run.install({
      artifacts: [asked],
      sources: [new DirectorySource(directory)],
      rekorUrl: 'http://127.0.0.1:1',
    });
    expect(artifacts).toMatchObject([
      {
        outcome: 'installed',
        version: 'v1.30.2',
        source: path.join(directory, PATH),
        evidence: { kind: 'bundle', location: `${directory}/${PATH}.sigstore.json` },
      },
    ]);
    expect(Object.keys(await snapshot(run.dir.join('bin')))).toEqual(['kubectl']);
  });

  it('is believed as little as a server', async () => {
    const run = await prepareInstall({ sigstore, releases });
    const directory = await filledDirectory(Buffer.from('something else'));
    const error = await run.refused({ artifacts: [asked], sources: [new DirectorySource(directory)] });
    expect(error).toMatchObject({ code: 'digest-mismatch', check: 'digest' });
  });

  it('stands in for a server that has no such release, and a server for it', async () => {
    const run = await prepareInstall({ sigstore, releases });
    const directory = new DirectorySource(await filledDirectory(KUBECTL));
    const artifacts = [{ ...asked, version: 'v1.30.2' }];
    const empty = new DirectorySource((await testDir()).path);
    for (const sources of [
      [empty, directory],
      [releases.url, directory],
    ]) {
      const { artifacts: installed } = await run.install({ artifacts, sources });
      expect(installed).toMatchObject([{ evidence: { kind: 'bundle' } }]);
    }
    expect(run.events).toContainEqual(expect.objectContaining({ kind: 'next-source', to: directory.shown }));
  });
});
