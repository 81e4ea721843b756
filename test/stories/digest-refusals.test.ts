/** The proof that `install` has refuses the same for `digest`: nothing is printed that is not proved. */
import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { createClient } from '../../src/client.ts';
import { digest } from '../../src/digest.ts';
import { exitCodeFor } from '../../src/exit-codes.ts';
import type { DigestInput } from '../../src/plan/input.ts';
import { createLocalSigstore } from '#support/local-sigstore';
import type { ReleaseOptions } from '#support/release-server';
import { testServers } from '#support/test-servers';
import { rejection } from '#support/thrown-by';

const { sigstore, releases } = await testServers();
const KUBECTL = { component: 'kubectl', version: 'v1.30.2', platform: 'linux/amd64' };
const PATH = '/release/v1.30.2/bin/linux/amd64/kubectl';
const strangers = createLocalSigstore();

async function publish(change: Partial<ReleaseOptions> = {}): Promise<void> {
  await releases.publishRelease({ ...KUBECTL, bytes: Buffer.from('kubectl'), sigstore, ...change });
}

async function exitCodeOf(change: Partial<DigestInput> = {}): Promise<number> {
  await using client = createClient({ retries: 0, retryDelayMs: 1 });
  const world = { sources: [releases.url], rekorUrl: sigstore.rekorUrl, trustedRoot: sigstore.trustedRoot() };
  const asked = { artifacts: ['kubectl@v1.30.2'], platforms: ['linux/amd64'] };
  return exitCodeFor(await rejection(digest({ ...world, ...asked, ...change }, client)));
}

beforeEach(() => publish());

describe('digest ends with', () => {
  it('5 where the trusted root is not fresh enough and nothing says how old it is', async () => {
    expect(await exitCodeOf({ maxTrustedRootAgeMs: 1000 })).toBe(5);
  });

  it('11 where the signature is not one', async () => {
    releases.publishFile(`${PATH}.sig`, 'not base64!');
    expect(await exitCodeOf()).toBe(11);
  });

  it('12 where bundle and checksum file contradict each other, and no manifest lists the file', async () => {
    await publish({ bundle: '0.3', sideFiles: { '.sha256': 'a'.repeat(64) } });
    releases.withoutManifest('v1.30.2');
    expect(await exitCodeOf()).toBe(12);
  });

  it('13 where a signed statement is given for a signature of the file', async () => {
    const sha256 = createHash('sha256').update('kubectl').digest('hex');
    const payload = {
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'kubectl', digest: { sha256 } }],
      predicateType: 'https://slsa.dev/provenance/v1',
      predicate: {},
    };
    const statement = sigstore.signDsse({ payload });
    await publish({ sideFiles: { '.sigstore.json': statement.bundle() } });
    expect(await exitCodeOf()).toBe(13);
  });

  it('4 where files contradict each other and only the bytes could tell which is right', async () => {
    releases.publishFile(`${PATH}.sha256`, 'a'.repeat(64));
    releases.withoutManifest('v1.30.2');
    expect(await exitCodeOf()).toBe(4);
  });

  it('5 where the trusted root does not know the authority, and has no date', async () => {
    const signed = strangers.signBlob({ bytes: Buffer.from('kubectl') });
    await publish({ sideFiles: { '.sigstore.json': signed.bundle() } });
    await releases.publishManifest('v1.30.2', { sigstore });
    expect(await exitCodeOf()).toBe(5);
  });

  it('15 where somebody else signed', async () => {
    await publish({ sign: { identity: 'builder@example.com' } });
    await releases.publishManifest('v1.30.2', { sigstore });
    expect(await exitCodeOf()).toBe(15);
  });

  it('19 where the file of another name is given, however well it is signed', async () => {
    await releases.publishManifest('v1.30.2', { sigstore });
    await publish({ bytes: Buffer.from('another'), bundle: '0.3' });
    expect(await exitCodeOf()).toBe(19);
  });

  it('18 where the trusted root is none', async () => {
    expect(await exitCodeOf({ trustedRoot: '{}' })).toBe(18);
  });
});
