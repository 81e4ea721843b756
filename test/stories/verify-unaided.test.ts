/** A file, bytes or a digest without evidence of its own: where it is looked for, and what is said where there is none. */
import { writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { createClient } from '../../src/client.ts';
import { EXIT_CODES } from '../../src/exit-codes.ts';
import { askedName } from '../../src/plan/asked-name.ts';
import type { VerifyRequest } from '../../src/plan/request.ts';
import { parseWrittenName } from '../../src/release/written-name.ts';
import type { ArtifactResult } from '../../src/result.ts';
import { HttpSource } from '../../src/source/http-source.ts';
import { verify as verifyByLibrary } from '../../src/verify.ts';
import { verifyFile } from '../../src/verify.ts';
import { goProgram, type GoProgram } from '#support/go-program';
import { fault } from '#support/http/faults';
import type { TempDir } from '#support/temp-dir';
import { testDir } from '#support/test-dir';
import { testServers } from '#support/test-servers';
import { rejection } from '#support/thrown-by';
import { sha256 } from './support/tarballs.ts';

const RELEASE = { component: 'kubectl', version: 'v1.30.2', platform: 'linux/amd64' };
const STRANGER = { identity: 'somebody@example.com' } as const;
const LOOK_UP = '/api/v1/log/entries/retrieve';
const SEARCH = '/api/v1/index/retrieve';

const { sigstore, releases } = await testServers();
let dir: TempDir;
/** How often the log was asked before this test. */
let logged = 0;

beforeEach(async () => {
  dir = await testDir();
  logged = sigstore.rekorServer.http.requests.length;
  writeFileSync(dir.join('root.json'), sigstore.trustedRoot());
});

let builds = 0;

/** A program that no other test has, so that the log has it only where this test signs it. */
function build(program: GoProgram = {}): Buffer {
  builds += 1;
  return goProgram({ strings: ['v1.30.2'], padding: 64 + builds, ...program });
}

/** Verifies bytes in a file with nothing next to it. */
async function verify(
  bytes: Uint8Array,
  change: Partial<VerifyRequest> = {},
  { dataDirectory, name = 'kubectl' }: { readonly dataDirectory?: string; readonly name?: string } = {},
): Promise<ArtifactResult> {
  const path = dir.join(name);
  writeFileSync(path, bytes);
  const client = createClient({ retries: 0, ...(dataDirectory === undefined ? {} : { dataDirectory }) });
  const request: VerifyRequest = {
    subject: { kind: 'file', path },
    evidence: { kind: 'beside' },
    trustedRootFile: dir.join('root.json'),
    sources: [releases.url],
    rekorUrl: sigstore.rekorUrl,
    ...change,
  };
  try {
    const [artifact] = (await verifyFile(request, client)).artifacts;
    if (artifact === undefined) throw new TypeError('nothing was said of the file');
    return artifact;
  } finally {
    await client.http.close();
  }
}

const asked = (): readonly string[] => [
  ...releases.http.requests.map(({ path }) => path),
  ...sigstore.rekorServer.http.requests.slice(logged).map(({ path }) => path),
];

const publish = (bytes: Uint8Array, options: object = {}): Promise<unknown> =>
  releases.publishRelease({ ...RELEASE, bytes, sigstore, ...options });

const asPublisher = (): HttpSource => {
  const client = createClient({ retries: 0 });
  return Object.assign(new HttpSource(releases.url, client.http), { isPublisher: true });
};

describe('a file without evidence is proved', () => {
  it('by what is published under the name that it claims', async () => {
    const bytes = build();
    await publish(bytes);
    expect(await verify(bytes)).toMatchObject({
      ...RELEASE,
      claim: 'genuine',
      sha256: sha256(bytes),
      evidence: {
        kind: 'detached',
        location: expect.stringContaining('/linux/amd64/kubectl.sig') as unknown,
      },
      name: { bound: true, by: ['binary'] },
      notes: [],
    });
    expect(asked()).not.toContain(SEARCH);
  });

  it('by a bundle that is published', async () => {
    const bytes = build();
    await publish(bytes, { bundle: '0.3', sideFiles: { '.sig': null, '.cert': null } });
    expect(await verify(bytes)).toMatchObject({ evidence: { kind: 'bundle' }, ...RELEASE });
  });

  it('once more without a request', async () => {
    const bytes = build();
    await publish(bytes);
    const dataDirectory = dir.join('data');
    await verify(bytes, {}, { dataDirectory });
    const before = asked().length;
    await verify(bytes, {}, { dataDirectory });
    expect(asked()).toHaveLength(before);
  });

  it('by the release manifest that an earlier run kept, without a request', async () => {
    const [bytes, other] = [build(), build({ main: 'k8s.io/kubernetes/cmd/kubelet' })];
    await publish(bytes);
    await publish(other, { component: 'kubelet' });
    const dataDirectory = dir.join('data');
    const as = askedName(parseWrittenName('kubectl@v1.30.2', '--as'));
    const silent = Buffer.from('silent');
    await publish(silent, { component: 'kubeadm' });
    const bundle = sigstore.signBlob({ bytes: silent }).bundle('0.3');
    await verify(
      silent,
      {
        evidence: { kind: 'bundle-in-memory', bytes: Buffer.from(bundle) },
        as: { ...as, component: 'kubeadm' },
      },
      { dataDirectory },
    );
    const before = asked().length;
    const nowhere = { sources: ['http://127.0.0.1:9'], rekorUrl: 'http://127.0.0.1:9' };
    expect(await verify(other, nowhere, { dataDirectory, name: 'kubelet' })).toMatchObject({
      component: 'kubelet',
      evidence: { kind: 'release-manifest' },
      notes: [],
    });
    expect(await rejection(verify(build(), nowhere, { dataDirectory }))).toMatchObject({
      code: 'digest-mismatch',
      wanted: `sha256:${sha256(bytes)}`,
    });
    expect(asked()).toHaveLength(before);
  });

  it.each([
    ['that says nothing of itself', () => Buffer.from(`#!/bin/sh\necho kubectl ${(builds += 1)}\n`)],
    ['of a release that the source lacks', () => build({ strings: ['v1.30.9'] })],
    ['for a platform that was never published', () => build({ settings: { GOOS: 'plan9', GOARCH: 'mips' } })],
  ])('by a signing in the log, %s', async (_, make) => {
    const bytes = make();
    sigstore.signBlob({ bytes });
    expect(await verify(bytes)).toMatchObject({
      claim: 'genuine',
      evidence: { kind: 'log-search', reason: 'it was found in the log by its digest' },
      notes: [],
    });
  });

  it('by the log where the source cannot be reached', async () => {
    const bytes = build();
    sigstore.signBlob({ bytes });
    expect(await verify(bytes, { sources: ['http://127.0.0.1:9'] })).toMatchObject({
      evidence: { kind: 'log-search' },
    });
  });

  it('by another signing where the published one is over other bytes (as of v1.35.0)', async () => {
    const bytes = build();
    const other = sigstore.signBlob({ bytes: Buffer.from('another build') });
    sigstore.signBlob({ bytes });
    await publish(bytes, {
      sideFiles: { '.sig': other.signatureFile, '.cert': other.certificateFile },
    });
    expect(await verify(bytes)).toMatchObject({ evidence: { kind: 'log-search' } });
  });

  it('by the release manifest where a mirror has no signature of the file', async () => {
    const bytes = build();
    await publish(bytes, { sideFiles: { '.sig': null, '.cert': null, '.sha256': null } });
    await releases.publishManifest('v1.30.2', { sigstore });
    expect(await verify(bytes)).toMatchObject({
      evidence: { kind: 'release-manifest' },
      name: { bound: true },
    });
  });

  it('by the right signer in the log, whoever signed what a mirror has', async () => {
    const bytes = build();
    await publish(bytes, { sign: STRANGER });
    expect(await rejection(verify(bytes))).toMatchObject({ code: 'identity-mismatch' });
    sigstore.signBlob({ bytes });
    expect(await verify(bytes)).toMatchObject({ evidence: { kind: 'log-search' } });
  });

  it('with its own name held against the file’s', async () => {
    const bytes = build();
    await publish(bytes);
    expect((await verify(bytes, {}, { name: 'kubelet-1.30.2.exe' })).notes).toEqual([
      {
        code: 'file-name-says-other',
        text: `${dir.join('kubelet-1.30.2.exe')} is kubectl, and its name says kubelet`,
      },
    ]);
    expect((await verify(bytes, {}, { name: 'kubectl-v1.30.2' })).notes).toEqual([]);
    const as = askedName(parseWrittenName('kubelet@v1.30.2', '--as'));
    expect(await rejection(verify(bytes, { as }))).toMatchObject({ code: 'name-mismatch' });
  });
});

describe('bytes and digests without evidence', () => {
  it('are proved by what is published, by the log, or by what was kept', async () => {
    const bytes = build();
    await publish(bytes);
    const options = {
      trustedRoot: sigstore.trustedRoot(),
      sources: [releases.url],
      rekorUrl: sigstore.rekorUrl,
    };
    await using client = createClient({ retries: 0, dataDirectory: dir.join('data') });
    const fresh = createClient({ retries: 0 });
    const byLog = await verifyByLibrary({ sha256: sha256(bytes) }, options, fresh);
    expect(byLog.artifacts[0]).toMatchObject({ evidence: { kind: 'log-search' } });
    await fresh.close();
    const byName = await verifyByLibrary({ bytes }, options, client);
    expect(byName.artifacts[0]).toMatchObject({ ...RELEASE, evidence: { kind: 'detached' } });
    const before = asked().length;
    const kept = await verifyByLibrary({ sha256: sha256(bytes) }, options, client);
    expect(kept.artifacts[0]).toMatchObject({ evidence: { kind: 'bundle' } });
    expect(asked()).toHaveLength(before);
  });

  it('are looked up under the name that they must have', async () => {
    const bytes = build();
    await publish(bytes);
    const as = askedName(parseWrittenName('kubectl@v1.30.2:linux/amd64', '--as'));
    const subject = { kind: 'digest', sha256: sha256(bytes) } as const;
    expect(await verify(bytes, { subject, evidence: { kind: 'beside' }, as })).toMatchObject({
      ...RELEASE,
      evidence: { kind: 'detached' },
    });
    const other = { kind: 'digest', sha256: '0'.repeat(64) } as const;
    expect(
      await rejection(verify(bytes, { subject: other, evidence: { kind: 'beside' }, as })),
    ).toMatchObject({
      code: 'digest-mismatch',
      wanted: `sha256:${sha256(bytes)}`,
      subject: { sha256: '0'.repeat(64) },
    });
  });
});

describe('a file without evidence is refused', () => {
  it.each([
    ['the published pair', {}],
    ['the published bundle', { bundle: '0.3' }],
    ['the manifest alone', { sideFiles: { '.sha256': null } }],
  ])('where another digest is proved for its name by %s', async (_, options) => {
    const [published, here] = [build(), build()];
    await publish(published, options);
    const error = await rejection(verify(here));
    expect(error).toMatchObject({
      code: 'digest-mismatch',
      message: `${dir.join('kubectl')} is not the kubectl v1.30.2 linux/amd64 that Kubernetes signed`,
      wanted: `sha256:${sha256(published)}`,
      found: `sha256:${sha256(here)}`,
      next: 'get the released file: k8s-verify kubectl v1.30.2',
      subject: { sha256: sha256(here), ...RELEASE },
    });
  });

  it('as what it is where it says nothing, and another name was asked for', async () => {
    const [kubectl, kubelet] = [
      Buffer.from('#!/bin/sh\necho kubectl'),
      Buffer.from('#!/bin/sh\necho kubelet'),
    ];
    await publish(kubectl);
    await publish(kubelet, { component: 'kubelet' });
    const as = askedName(parseWrittenName('kubectl@v1.30.2:linux/amd64', '--as'));
    expect(await rejection(verify(kubelet, { as }))).toMatchObject({ code: 'name-mismatch' });
    expect(await rejection(verify(Buffer.from('changed'), { as }))).toMatchObject({
      code: 'digest-mismatch',
      wanted: `sha256:${sha256(kubectl)}`,
      why: 'kubectl v1.30.2 linux/amd64 was asked for; this is another file, or it was changed',
    });
  });

  it('as unsigned, without a request, where it says that it is from before signing', async () => {
    expect(await rejection(verify(build({ strings: ['v1.20.3'] })))).toMatchObject({
      code: 'signature-not-published',
      subject: { component: 'kubectl', version: 'v1.20.3' },
    });
    expect(asked()).toEqual([]);
  });

  it('as unsigned where Kubernetes has the very file, and no signature of it', async () => {
    const bytes = build();
    releases.withoutManifest();
    await releases.publishRelease({ ...RELEASE, bytes });
    const own = { sources: [asPublisher()] };
    expect(await rejection(verify(bytes, own))).toMatchObject({ code: 'signature-not-published' });
    expect(await rejection(verify(build(), own))).toMatchObject({ code: 'evidence-not-found' });
    expect(await rejection(verify(bytes))).toMatchObject({ code: 'evidence-not-found' });
  });
});

describe('nothing is learnt of a file', () => {
  it('that nobody signed', async () => {
    const bytes = build();
    const error = await rejection(verify(bytes));
    expect(error).toMatchObject({
      name: 'UnavailableError',
      code: 'evidence-not-found',
      found:
        'it says that it is kubectl v1.30.2 linux/amd64, which nothing proves; next to it: none of them; ' +
        `${releases.url} has no signature of kubectl v1.30.2 linux/amd64; the log has no signing of its digest`,
      subject: { sha256: sha256(bytes), ...RELEASE },
    });
    expect(EXIT_CODES[error.code]).toBe(4);
  });

  it('that only a stranger signed', async () => {
    const bytes = build();
    sigstore.signBlob({ bytes, ...STRANGER });
    expect(await rejection(verify(bytes))).toMatchObject({ code: 'evidence-not-found' });
  });

  it.each(['v1.31.1-gke.200', 'v1.30.2-eks-1', 'v1.30.2+k3s1', 'v1.30.2-mine'])(
    'with the mark of another builder, and nobody is asked: %s',
    async (version) => {
      const error = await rejection(verify(build({ strings: [version] })));
      expect(error).toMatchObject({ code: 'other-builder', subject: { component: 'kubectl', version } });
      expect(EXIT_CODES[error.code]).toBe(24);
      expect(asked()).toEqual([]);
    },
  );

  it('with such a mark, unless that builder is named and signed it', async () => {
    const bytes = build({ strings: ['v1.31.1-gke.200'] });
    sigstore.signBlob({ bytes, ...STRANGER });
    const identity = {
      subjectAlternativeName: 'somebody@example.com',
      issuer: 'https://accounts.google.com',
    };
    expect(await verify(bytes, { identity })).toMatchObject({ signer: identity, component: 'kubectl' });
  });

  it('where the log cannot be asked, and the advice is that of an outage', async () => {
    sigstore.rekorServer.http.fault(SEARCH, fault.status(503));
    expect(await rejection(verify(build()))).toMatchObject({
      code: 'log-unreachable',
      subject: { component: 'kubectl' },
    });
    const bytes = build();
    await publish(bytes);
    sigstore.rekorServer.http.fault(LOOK_UP, fault.status(503));
    expect(await rejection(verify(bytes))).toMatchObject({ code: 'log-unreachable' });
  });

  it.each<readonly [string, () => Buffer]>([
    ['a script', () => Buffer.from('#!/bin/sh\nexec kubectl v1.30.2 "$@"\n')],
    ['a truncated program', () => build().subarray(0, 100)],
    ['a program whose build information is longer than it', () => build({ modulesLength: 2n ** 62n })],
    ['a program with a version that is none', () => build({ strings: ['v1.30.2\u202e\u001b[31m<script>'] })],
    ['a program of another project', () => build({ main: 'example.com/kubectl' })],
  ])('that only looks like kubectl: %s', async (_, make) => {
    const error = await rejection(verify(make()));
    expect(error.code).toBe('evidence-not-found');
    expect(error.subject?.version).toBeUndefined();
    expect(releases.http.requests).toEqual([]);
  });
});

describe('evidence next to the file', () => {
  it('that does not prove it ends the search, without a request', async () => {
    const bytes = build();
    await publish(bytes);
    const stale = sigstore.signBlob({ bytes: Buffer.from('an older file') }).bundle('0.3');
    writeFileSync(dir.join('kubectl.sigstore.json'), stale);
    expect(await rejection(verify(bytes))).toMatchObject({ code: 'digest-mismatch' });
    expect(asked()).toEqual([]);
  });
});
