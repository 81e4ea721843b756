/** The functions that a program calls: a request as one writes it, with a client or without. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type ClientOptions,
  createClient,
  type InstallInput,
  install,
  list,
  resolveVersion,
  verify,
  type VerifyInput,
} from '../../src/index.ts';
import { rejection, thrownBy } from '#support/thrown-by';
import { testDir } from '#support/test-dir';
import { testServers } from '#support/test-servers';

const { sigstore, releases } = await testServers();
const KUBECTL = Buffer.from('#!/bin/sh\necho kubectl v1.30.2\n');
const trustedRoot = sigstore.trustedRoot();

/** A release with one kubectl, and a request for it. */
async function publish(): Promise<InstallInput & { readonly into: string }> {
  const release = { component: 'kubectl', version: 'v1.30.2', platform: 'linux/amd64' };
  await releases.publishRelease({ ...release, bytes: KUBECTL, sigstore });
  releases.publishMarker('stable', 'v1.30.2');
  return {
    artifacts: ['kubectl@stable'],
    platform: 'linux/amd64',
    into: (await testDir()).join('bin'),
    sources: [releases.url],
    rekorUrl: sigstore.rekorUrl,
    trustedRoot,
  };
}

describe('without a client', () => {
  it('installs, and verifies what was installed, in memory too', async () => {
    const request = await publish();
    const { artifacts } = await install({ ...request, saveBundle: true });
    const path = `${request.into}/kubectl`;
    expect(artifacts).toMatchObject([{ path, version: 'v1.30.2', outcome: 'installed' }]);
    expect(readFileSync(path)).toEqual(KUBECTL);
    const bundle = readFileSync(`${path}.sigstore.json`, 'utf8');
    for (const input of [
      { path },
      { bytes: KUBECTL, bundle },
      { sha256: artifacts[0]?.sha256 ?? '', bundle },
    ]) {
      const verified = await verify(input, { trustedRoot });
      expect(verified.artifacts).toMatchObject([{ outcome: 'verified', sha256: artifacts[0]?.sha256 }]);
    }
  });

  it('resolves and lists', async () => {
    await publish();
    const sources = [releases.url];
    expect(await resolveVersion('stable', { sources })).toBe('v1.30.2');
    expect(await resolveVersion('1.26.4')).toBe('v1.26.4');
    const { version, artifacts } = await list({ sources, platforms: ['linux/arm64'] });
    expect(version).toBe('v1.30.2');
    const kubectl = artifacts.filter(({ component }) => component === 'kubectl');
    expect(kubectl).toMatchObject([{ platform: 'linux/arm64', signed: true }]);
  });

  it('refuses what is wrong before anything is asked of the network', async () => {
    const { into: _, ...request } = await publish();
    const asked = releases.http.requests.length;
    expect(await rejection(install(request as InstallInput))).toMatchObject({ code: 'usage' });
    const two: object = { bytes: KUBECTL, path: 'kubectl' };
    expect(await rejection(verify(two as VerifyInput))).toMatchObject({ code: 'usage' });
    expect(await rejection(list({ platforms: [] }))).toMatchObject({ code: 'usage' });
    expect(await rejection(resolveVersion('newest'))).toMatchObject({ code: 'version-malformed' });
    expect(releases.http.requests.length).toBe(asked);
  });
});

describe('what an error says to do', () => {
  it('is in the words of a request, not of the command line', async () => {
    const request = await publish();
    releases.http.reset();
    const error = await rejection(install({ ...request, artifacts: ['kubectl@v1.30.2'], extract: true }));
    expect(error).toMatchObject({
      next: 'leave out extract; to take a binary out of a tarball, use fromTarball',
    });
    const { artifacts } = await list({ version: 'v1.30.2' });
    expect(JSON.stringify(artifacts)).not.toContain('--');
  });
});

describe('with a client', () => {
  it('uses it for each run, and leaves it open', async () => {
    const request = await publish();
    const checks = new Set<string>();
    const client = createClient({
      retries: 0,
      report: (event) => event.kind === 'check' && checks.add(event.check),
    });
    await install(request, client);
    await resolveVersion('stable', { sources: [releases.url] }, client);
    expect(checks).toContain('identity');
    await client.close();
    await client.close();
    expect(await rejection(resolveVersion('stable', { sources: [releases.url] }, client))).toMatchObject({
      code: 'network',
      found: 'the client was closed',
    });
  });

  it('closes it at the end of its block', async () => {
    await publish();
    let open: ReturnType<typeof createClient>;
    {
      await using client = createClient({ retries: 0 });
      open = client;
      expect(await resolveVersion('stable', { sources: [releases.url] }, client)).toBe('v1.30.2');
    }
    expect(await rejection(resolveVersion('stable', { sources: [releases.url] }, open))).toMatchObject({
      code: 'network',
      found: 'the client was closed',
    });
  });

  it('refuses options in its place', async () => {
    const request = await publish();
    // @ts-expect-error a program in JavaScript may
    expect(await rejection(install(request, { retries: 2 }))).toMatchObject({
      code: 'usage',
      next: 'write createClient(options) and pass what it gives',
    });
  });
});

describe('the options of a client', () => {
  it.each<[string, object, string]>([
    ['an unknown one', { retry: 2 }, 'unknown field "retry"'],
    ['a negative number', { retries: -1 }, 'retries of the options of the client is not a whole number'],
    ['a number as text', { timeoutMs: '60' }, 'timeoutMs of the options of the client is not a whole number'],
    ['no end', { timeoutMs: Number.POSITIVE_INFINITY }, 'is not a whole number'],
    ['no function', { report: true }, 'report of the options of the client is not a function'],
    ['NUL in a path', { caFile: 'a\0b' }, 'caFile of the options of the client is not a path'],
  ])('are refused with %s', (_what, options: ClientOptions, message) => {
    expect(thrownBy(() => createClient(options))).toMatchObject({
      code: 'usage',
      message: expect.stringContaining(message),
    });
  });
});
