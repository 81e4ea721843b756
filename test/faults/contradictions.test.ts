/**
 * Files of one release that are damaged, stale, or contradict each other, and logs that answer with more than was asked:
 * what is proved all the same says how, and what is not says which of the many stories it is.
 */
import { describe, expect, it } from 'vitest';
import { at } from '#support/json';
import { fault } from '#support/http/faults';
import type { ReleaseOptions } from '#support/release-server';
import type { SignedBlob } from '#support/sigstore/signing';
import { snapshot } from '#support/temp-dir';
import { told } from './expected.ts';
import {
  BUNDLE,
  binaryOf,
  binaryPath,
  type FaultWorld,
  type LibraryRun,
  PAIR,
  PLATFORM,
  startFaultWorld,
} from './fault-world.ts';

const STRANGER = 'somebody@example.com';

let releases = 0;

/** A release that no other test has: its digest is in the log only where this test signs it. */
function newRelease(): { readonly version: string; readonly bytes: Buffer } {
  releases += 1;
  const version = `v1.31.${releases}`;
  return { version, bytes: binaryOf(version) };
}

async function publish(
  world: FaultWorld,
  { version, bytes }: { readonly version: string; readonly bytes: Buffer },
  options: Partial<ReleaseOptions> = {},
): Promise<void> {
  await world.releases.publishRelease({
    version,
    bytes,
    platform: PLATFORM,
    component: 'kubectl',
    sigstore: world.sigstore,
    ...options,
  });
}

/** Files for a release that were made for something else. */
function pairOf(signed: SignedBlob): Readonly<Record<string, string>> {
  return { '.sig': signed.signatureFile, '.cert': signed.certificateFile };
}

function anotherSigning(world: FaultWorld): SignedBlob {
  return world.sigstore.signBlob({ bytes: Buffer.from('another build') });
}

async function refused(world: FaultWorld, version: string): Promise<string> {
  const before = await snapshot(world.dir.path);
  const { error } = await world.install({ version });
  expect(await snapshot(world.dir.path)).toEqual(before);
  return told(error);
}

function evidenceOf({ result, error }: LibraryRun): unknown {
  expect(error).toBeUndefined();
  return at(result, 'artifacts', 0, 'evidence', 'kind');
}

function notesOf({ result, error }: LibraryRun): string {
  expect(error).toBeUndefined();
  return (result?.artifacts[0]?.notes ?? []).map(({ text }) => text).join('\n');
}

describe('a damaged file of evidence is refused by name:', () => {
  const page = '<!DOCTYPE html><html>404</html>';
  it.concurrent.for<[string, string, string | Uint8Array, string, string]>([
    ['a truncated signature', '.sig', 'MEUCIQD', 'material-malformed', 'the signature of kubectl v1.30.1'],
    ['an oversized signature', '.sig', 'A'.repeat(1_000_000), 'material-oversized', 'at most 8,192 bytes'],
    ['a page for a signature', '.sig', page, 'material-malformed', 'a web page instead of data'],
    ['bytes for a signature', '.sig', Uint8Array.of(0, 1, 2, 255), 'material-malformed', 'the signature of'],
    [
      'a truncated certificate',
      '.cert',
      'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUM=',
      'material-malformed',
      'the certificate of',
    ],
    [
      'an oversized certificate',
      '.cert',
      'A'.repeat(1_000_000),
      'material-oversized',
      'at most 65,536 bytes',
    ],
    ['a page for a certificate', '.cert', page, 'material-malformed', 'a web page instead of data'],
    ['a truncated checksum', '.sha256', 'a'.repeat(63), 'material-malformed', '64 lower-case hex digits'],
    ['an upper-case checksum', '.sha256', 'A'.repeat(64), 'material-malformed', '64 lower-case hex digits'],
    [
      'a checksum with a file name',
      '.sha256',
      `${'a'.repeat(64)}  kubectl\n`,
      'material-malformed',
      '64 lower-case hex digits',
    ],
    ['an oversized checksum', '.sha256', 'a'.repeat(1_000_000), 'material-oversized', 'at most 1,024 bytes'],
    ['a page for a checksum', '.sha256', page, 'material-malformed', 'a web page instead of data'],
    ['a truncated bundle', '.sigstore.json', '{"mediaType":', 'material-malformed', 'the bundle'],
    [
      'an oversized bundle',
      '.sigstore.json',
      ' '.repeat(5_000_000),
      'material-oversized',
      'at most 4,194,304 bytes',
    ],
    ['a page for a bundle', '.sigstore.json', page, 'material-malformed', 'the bundle'],
    [
      'a bundle that is another JSON',
      '.sigstore.json',
      '{"mediaType":"text/plain"}',
      'material-malformed',
      'bundle',
    ],
  ])('%s', async ([, suffix, content, code, text]) => {
    await using world = await startFaultWorld();
    const version = suffix === '.sigstore.json' ? BUNDLE : PAIR;
    world.releases.publishFile(`${binaryPath(version)}${suffix}`, content);
    const words = await refused(world, version);
    expect(words).toContain(`${code}: `);
    expect(words).toContain(text);
  });
});

describe('files that contradict each other:', () => {
  it.concurrent('the certificate of another artifact, and no other signing in the log', async () => {
    await using world = await startFaultWorld();
    const release = newRelease();
    const sideFiles = { '.cert': anotherSigning(world).certificateFile };
    await publish(world, release, { sign: { log: 'none' }, sideFiles });
    expect(await refused(world, release.version)).toMatch(
      /^signature-mismatch: the published signature of .* is over another file, though the file has its published checksum/,
    );
  });

  it.concurrent('the certificate of another artifact, and the right one in the log', async () => {
    await using world = await startFaultWorld();
    const release = newRelease();
    await publish(world, release, { sideFiles: { '.cert': anotherSigning(world).certificateFile } });
    const run = await world.install({ version: release.version });
    expect(evidenceOf(run)).toBe('log-search');
    expect(notesOf(run)).toContain('another signing of the same digest in the log passed every check');
  });

  it.concurrent('signature and certificate of two runs of the release job, as v1.35.0 has them', async () => {
    await using world = await startFaultWorld();
    const release = newRelease();
    const rerun = world.sigstore.signBlob({ bytes: release.bytes });
    await publish(world, release, { sideFiles: { '.cert': rerun.certificateFile } });
    const run = await world.install({ version: release.version });
    expect(evidenceOf(run)).toBe('log-search');
    expect(notesOf(run)).toContain('the published signature does not fit the published digest');
    expect(run.events).toContainEqual({
      kind: 'note',
      code: 'other-signing-used',
      text: expect.stringContaining('does not fit'),
      artifact: expect.any(String),
    });
  });

  it.concurrent.for<[string, string, string]>([
    ['nothing', 'no other signing of this digest is in the log', 'take another patch release'],
    ['an outage', 'the log could not be searched', 'try again when the log can be reached'],
    ['a signing by a stranger', 'no other signing passes', 'take another patch release'],
  ])('the pair of another build, and %s in the log', async ([found, text, advice]) => {
    await using world = await startFaultWorld();
    const release = newRelease();
    await publish(world, release, { sign: { log: 'none' }, sideFiles: pairOf(anotherSigning(world)) });
    if (found === 'an outage') world.rekor.answerWith('/index/retrieve', fault.status(503));
    if (found === 'a signing by a stranger') {
      world.sigstore.signBlob({ bytes: release.bytes, identity: STRANGER });
    }
    const words = await refused(world, release.version);
    expect(words).toContain('signature-mismatch: the published signature of');
    expect(words).toContain(text);
    expect(words).toContain(advice);
  });

  it.concurrent('file, checksum and signature of three builds read as tampering', async () => {
    await using world = await startFaultWorld();
    const release = newRelease();
    await publish(world, release, {
      sign: { log: 'none' },
      sideFiles: { ...pairOf(anotherSigning(world)), '.sha256': 'a'.repeat(64) },
    });
    expect(await refused(world, release.version)).toMatch(
      /^signature-mismatch: the signature does not fit .*one of them was replaced/s,
    );
  });

  it.concurrent('a signature over something else, without a checksum file', async () => {
    await using world = await startFaultWorld();
    const release = newRelease();
    const sideFiles = { ...pairOf(anotherSigning(world)), '.sha256': null };
    await publish(world, release, { sign: { log: 'none' }, sideFiles });
    const words = await refused(world, release.version);
    expect(words).toContain('signature-mismatch: the signature does not fit');
    expect(words).not.toContain('checksum');
  });

  it.concurrent.for<[string, Partial<ReleaseOptions>]>([
    ['a pair', {}],
    ['a bundle', { bundle: '0.3' }],
  ])('a wrong checksum file next to %s', async ([, options]) => {
    await using world = await startFaultWorld();
    const release = newRelease();
    await publish(world, release, { ...options, sideFiles: { '.sha256': 'b'.repeat(64) } });
    expect(await refused(world, release.version)).toMatch(
      /^digest-mismatch: the checksum file of .* is wrong/,
    );
  });

  it.concurrent('everything of another artifact, and this one’s name', async () => {
    await using world = await startFaultWorld();
    const release = newRelease();
    await publish(world, release);
    const signed = world.sigstore.signBlob({ bytes: binaryOf(PAIR) });
    for (const [suffix, file] of Object.entries({ ...pairOf(signed), '.sha256': signed.digestHex })) {
      world.releases.publishFile(`${binaryPath(release.version)}${suffix}`, file);
    }
    expect(await refused(world, release.version)).toMatch(
      /^digest-mismatch: kubectl v1\.\d+\.\d+ linux\/amd64 is not the file that Kubernetes signed/,
    );
  });
});

describe('stale copies:', () => {
  it.concurrent.for(['.sig', '.cert', '.sha256', '.sigstore.json'] as const)(
    'a cache with an old %s is asked past',
    async (suffix) => {
      await using world = await startFaultWorld();
      const release = newRelease();
      await publish(world, release, suffix === '.sigstore.json' ? { bundle: '0.3' } : {});
      const old = anotherSigning(world);
      const stale: Readonly<Record<string, string>> = {
        ...pairOf(old),
        '.sha256': old.digestHex,
        '.sigstore.json': old.bundle('0.3'),
      };
      world.releases.http.fault(
        ({ path, headers }) => path.endsWith(suffix) && headers['cache-control'] === undefined,
        fault.body(stale[suffix] ?? ''),
      );
      const run = await world.install({ version: release.version });
      expect(notesOf(run)).toContain('served stale signature files');
      expect(evidenceOf(run)).toBe(suffix === '.sigstore.json' ? 'bundle' : 'detached');
    },
  );

  it.concurrent('fresh copies that cannot be had leave the verdict as it is, and are told', async () => {
    await using world = await startFaultWorld();
    const release = newRelease();
    await publish(world, release, { sign: { log: 'none' }, sideFiles: pairOf(anotherSigning(world)) });
    world.releases.http.fault(({ headers }) => 'cache-control' in headers, fault.status(503));
    const words = await refused(world, release.version);
    expect(words).toContain('signature-mismatch: ');
    expect(words).toContain('fresh copies: not to be had');
    expect(words).toContain('HTTP 503');
  });

  it.concurrent('another signing in the log serves where fresh copies cannot be had', async () => {
    await using world = await startFaultWorld();
    const release = newRelease();
    await publish(world, release, { sideFiles: pairOf(anotherSigning(world)) });
    world.releases.http.fault(({ headers }) => 'cache-control' in headers, fault.status(404));
    expect(evidenceOf(await world.install({ version: release.version }))).toBe('log-search');
  });
});

describe('a log with more than was asked for:', () => {
  it.concurrent.for(['before', 'after'] as const)(
    'forty strangers signed the same digest %s the release job',
    async (when) => {
      await using world = await startFaultWorld();
      const release = newRelease();
      const strangers = (): void => {
        for (let count = 0; count < 40; count += 1) {
          world.sigstore.signBlob({ bytes: release.bytes, identity: STRANGER });
        }
      };
      if (when === 'before') strangers();
      world.sigstore.signBlob({ bytes: release.bytes });
      if (when === 'after') strangers();
      await publish(world, release, { sign: { log: 'none' } });
      expect(evidenceOf(await world.install({ version: release.version }))).toBe('log-search');
    },
  );

  it.concurrent('another signer signed the same digest with a bare key', async () => {
    await using world = await startFaultWorld();
    const release = newRelease();
    world.sigstore.signBlob({ bytes: release.bytes, managedKey: 'p256' });
    world.sigstore.signBlob({ bytes: release.bytes });
    await publish(world, release, { sign: { log: 'none' } });
    expect(evidenceOf(await world.install({ version: release.version }))).toBe('log-search');
  });

  it.concurrent('an index of forty thousand entries costs two requests more', async () => {
    await using world = await startFaultWorld();
    const release = newRelease();
    world.releases.withoutManifest();
    await publish(world, release, { sign: { log: 'none' } });
    const uuids = Array.from({ length: 40_000 }, (_, number) => number.toString(16).padStart(80, '0'));
    world.rekor.answerWith('/index/retrieve', fault.body(JSON.stringify(uuids)));
    expect(await refused(world, release.version)).toContain('log-entry-not-found: ');
    expect(world.rekor.http.requestsFor('/log/entries/retrieve')).toHaveLength(1 + 2);
  });

  it.concurrent('a thousand copies of somebody else’s entry', async () => {
    await using world = await startFaultWorld();
    const { entry } = anotherSigning(world);
    if (entry === undefined) throw new Error('not logged');
    const answer = world.sigstore.rekor.answer(entry);
    const copies = Array.from({ length: 1000 }, () => ({ [entry.uuid]: answer }));
    world.rekor.answerWith('/log/entries/retrieve', fault.body(JSON.stringify(copies)));
    expect(await refused(world, PAIR)).toContain('log-entry-mismatch: ');
  });

  it.concurrent('an answer of four megabytes of nesting', async () => {
    await using world = await startFaultWorld();
    world.rekor.answerWith('/log/entries/retrieve', fault.body('['.repeat(4_000_000)));
    expect(await refused(world, PAIR)).toContain('response-invalid: ');
  });
});
