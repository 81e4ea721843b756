/** A scan: which Kubernetes programs are on a machine, and what is proved of each. */
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type ClientOptions, createClient } from '../../src/client.ts';
import { exitCodeFor } from '../../src/exit-codes.ts';
import type { ScannedMachine } from '../../src/flow/scan-machine.ts';
import type { ScannedProgram } from '../../src/flow/scan-program.ts';
import type { ScanBounds } from '../../src/flow/scan-run.ts';
import type { Note } from '../../src/notes.ts';
import { GivenPolicy } from '../../src/policy/given-policy.ts';
import type { ScanRequest } from '../../src/plan/scan-request.ts';
import { scan, scanMachine } from '../../src/scan.ts';
import { verify } from '../../src/verify.ts';
import type { ErrorCode } from '../../src/errors.ts';
import { flipBit } from '#support/bytes';
import { goProgram, type GoProgram } from '#support/go-program';
import { fault } from '#support/http/faults';
import { createLocalSigstore } from '#support/local-sigstore';
import type { SignedDsse } from '#support/sigstore/signing';
import type { TempDir } from '#support/temp-dir';
import { testDir } from '#support/test-dir';
import { testServers } from '#support/test-servers';
import { rejection } from '#support/thrown-by';
import { file, tar } from '../unit/archive/support/tar-writer.ts';
import { sha256 } from './support/tarballs.ts';

/** A network that is down. */
const NOWHERE = { sources: ['http://127.0.0.1:9'], rekorUrl: 'http://127.0.0.1:9' } as const;
const STRANGER = { identity: 'somebody@example.com' } as const;
const { sigstore, releases } = await testServers();
let dir: TempDir;

beforeEach(async () => {
  dir = await testDir();
  writeFileSync(dir.join('root.json'), sigstore.trustedRoot());
});

let builds = 0;

function build(program: GoProgram = {}): Buffer {
  builds += 1;
  return goProgram({ strings: ['v1.30.2'], padding: 64 + builds, ...program });
}

function signed(program: GoProgram = {}): Buffer {
  const bytes = build(program);
  sigstore.signBlob({ bytes });
  return bytes;
}

/** Writes a file of the host that is scanned. */
function put(path: string, bytes: Uint8Array | string): string {
  const at = dir.join('host', path);
  mkdirSync(dirname(at), { recursive: true });
  writeFileSync(at, bytes);
  return at;
}

interface Found {
  readonly programs: readonly ScannedProgram[];
  readonly notes: readonly Note[];
  readonly machine: ScannedMachine;
}

async function scanned(
  change: Partial<ScanRequest> = {},
  bounds?: ScanBounds,
  options: ClientOptions = {},
): Promise<Found> {
  await using client = createClient({ retries: 0, ...options });
  const programs: ScannedProgram[] = [];
  const request: ScanRequest = {
    paths: [],
    root: dir.join('host'),
    processes: false,
    oneFileSystem: false,
    allowedBuilders: [],
    allowedDigests: new Map(),
    trustedRootFile: dir.join('root.json'),
    sources: [releases.url],
    rekorUrl: sigstore.rekorUrl,
    ...change,
  };
  const summary = await scanMachine(request, client, (program) => void programs.push(program), bounds);
  return { programs, ...summary };
}

/** `genuine usr/bin/kubectl`, `12 opt/bin/kubelet`. */
const told = ({ programs }: Found): readonly string[] =>
  programs.map((one) => {
    const path = one.path.replace(`${dir.join('host')}/`, '');
    return `${one.kind === 'proved' ? one.artifact.claim : exitCodeFor(one.error)} ${path}`;
  });

const codes = ({ programs }: Found): readonly unknown[] =>
  programs.map((one) => (one.kind === 'proved' ? one.artifact.claim : one.error.code));

/** Says something of the file, and not that it was released. */
function statement(bytes: Buffer): SignedDsse {
  const subject = [{ name: 'kubectl', digest: { sha256: sha256(bytes) } }];
  const predicateType = 'https://slsa.dev/provenance/v1';
  const payload = { _type: 'https://in-toto.io/Statement/v1', subject, predicateType, predicate: {} };
  return sigstore.signDsse({ payload });
}

describe('the usual places', () => {
  it('are looked at, and every program has its verdict', async () => {
    put('usr/bin/kubectl', signed());
    put('usr/bin/kubelet', signed({ main: 'k8s.io/kubernetes/cmd/kubelet' }));
    put('usr/bin/ls', build({ main: 'example.com/ls' }));
    put('usr/bin/renamed', signed({ main: 'k8s.io/kubernetes/cmd/kubeadm' }));
    put('usr/bin/deep/kubectl', signed());
    put('usr/local/bin/kubectl', build({ strings: ['v1.20.1'] }));
    put('opt/kops/bin/kube-proxy', '#!/bin/sh\n');
    put('home/kubernetes/bin/kubectl', build({ strings: ['v1.31.1-gke.200'] }));
    put('snap/kubectl/x1/kubectl', signed());
    symlinkSync('x1', dir.join('host/snap/kubectl/current'));
    symlinkSync('usr/bin', dir.join('host/bin'));
    expect(told(await scanned())).toEqual([
      'genuine usr/bin/kubectl',
      'genuine usr/bin/kubelet',
      'genuine usr/bin/renamed',
      '10 usr/local/bin/kubectl',
      '4 opt/kops/bin/kube-proxy',
      '24 home/kubernetes/bin/kubectl',
      'genuine snap/kubectl/x1/kubectl',
    ]);
  });

  it('are told with the machine that has them, as its own files say', async () => {
    put('etc/hostname', 'node-7\n');
    put('usr/lib/os-release', 'NAME="Debian"\nPRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n');
    symlinkSync('/usr/lib/os-release', dir.join('host/etc/os-release'));
    const kubectl = put('usr/bin/kubectl', signed());
    chmodSync(kubectl, 0o4775);
    const { machine, programs } = await scanned();
    expect(machine).toEqual({
      host: 'node-7',
      system: 'Debian GNU/Linux 13 (trixie)',
      root: dir.join('host'),
      places: [dir.join('host/usr/bin')],
      unread: { count: 0, first: [] },
    });
    expect(programs).toMatchObject([
      process.geteuid === undefined
        ? {}
        : { owner: { user: process.geteuid(), group: process.getegid?.() }, mode: '4775' },
    ]);
    writeFileSync(dir.join('outside'), 'another host');
    rmSync(dir.join('host/etc/hostname'));
    symlinkSync(dir.join('outside'), dir.join('host/etc/hostname'));
    expect((await scanned()).machine).not.toHaveProperty('host');
  });

  it('may have none, which is a note', async () => {
    mkdirSync(dir.join('host'));
    expect(await scanned()).toMatchObject({ programs: [], notes: [{ code: 'nothing-found' }] });
  });

  it('need a root that is a directory, and a trusted root that is one', async () => {
    symlinkSync('circle', dir.join('circle'));
    for (const [root, found] of [
      ['nowhere', 'no such directory'],
      ['root.json', 'not a directory'],
      ['circle', 'links that lead in a circle'],
    ] as const)
      expect(await rejection(scanned({ root: dir.join(root) }))).toMatchObject({
        code: 'file-not-readable',
        found,
      });
    put('usr/bin/kubectl', signed());
    writeFileSync(dir.join('bad.json'), '{}');
    expect(await rejection(scanned({ trustedRootFile: dir.join('bad.json') }))).toMatchObject({
      code: 'trusted-root-invalid',
    });
  });
});

describe('a program', () => {
  it('is refused where another digest is proved for its name', async () => {
    const bytes = build();
    await releases.publishRelease({
      component: 'kubectl',
      version: 'v1.30.2',
      platform: 'linux/amd64',
      bytes,
      sigstore,
    });
    put('usr/bin/kubectl', bytes);
    const changed = build();
    put('usr/local/bin/kubectl', changed);
    const found = await scanned();
    expect(told(found)).toEqual(['genuine usr/bin/kubectl', '12 usr/local/bin/kubectl']);
    const allowed = await scanned({ allowedDigests: new Map([[sha256(changed), 'reviewed']]) });
    expect(allowed.programs[1]).toMatchObject({
      verdict: 'refused',
      allowed: { by: 'digest', reason: 'reviewed' },
    });
  });

  it('under the name of another component is 19', async () => {
    put('usr/bin/kubelet-v1.30.2', signed());
    expect(codes(await scanned())).toEqual(['name-mismatch']);
  });

  it('of another builder is let pass by its name, and stays unproved', async () => {
    put('usr/bin/kubectl', build({ strings: ['v1.30.2-eks-1'] }));
    put('usr/bin/kubelet', build({ main: 'k8s.io/kubernetes/cmd/kubelet', strings: ['v1.30.2-mine'] }));
    const { programs } = await scanned({ allowedBuilders: ['eks'] });
    expect(programs).toMatchObject([
      { verdict: 'other-builder', allowed: { by: 'vendor', reason: 'eks' } },
      { verdict: 'other-builder' },
    ]);
    expect(programs[1]).not.toHaveProperty('allowed');
  });

  it.each<readonly [string, number, ErrorCode, (bytes: Buffer) => string]>([
    ['that is malformed', 11, 'material-malformed', () => '{"mediaType":'],
    [
      'of another file',
      12,
      'digest-mismatch',
      () => sigstore.signBlob({ bytes: Buffer.from('old') }).bundle('0.3'),
    ],
    [
      'whose signature was changed',
      13,
      'signature-mismatch',
      (bytes) => sigstore.signBlob({ bytes, alterSignature: flipBit }).bundle('0.3'),
    ],
    ['that is a statement', 13, 'claim-mismatch', (bytes) => statement(bytes).bundle('0.3')],
    [
      'whose certificate was changed',
      14,
      'certificate-untrusted',
      (bytes) => sigstore.signBlob({ bytes, alterDer: flipBit }).bundle('0.3'),
    ],
    [
      'of a stranger',
      15,
      'identity-mismatch',
      (bytes) => sigstore.signBlob({ bytes, ...STRANGER }).bundle('0.3'),
    ],
    [
      'of no log',
      16,
      'log-entry-not-found',
      (bytes) => sigstore.signBlob({ bytes, log: 'none', timestamps: [{}] }).bundle('0.3'),
    ],
    [
      'at an unknown time',
      17,
      'time-untrusted',
      (bytes) =>
        sigstore
          .signBlob({ bytes, log: 'rekor-v2', timestamps: [{ message: Buffer.from('another') }] })
          .bundle('0.3'),
    ],
  ])(
    'with evidence %s next to it is refused with %i, if nothing else proves it',
    async (...[, exitCode, code, make]) => {
      const bytes = build();
      const path = put('usr/bin/kubectl', bytes);
      put('usr/bin/kubectl.sigstore.json', make(bytes));
      const verified = await rejection(verify({ path }, { trustedRootPath: dir.join('root.json') }));
      expect(verified).toMatchObject({ code });
      expect(exitCodeFor(verified)).toBe(exitCode);
      const message = expect.stringContaining((verified as Error).message) as unknown;
      const subject = { component: 'kubectl', version: 'v1.30.2', sha256: sha256(bytes) };
      const programs = [{ verdict: 'refused', error: { code, message, subject } }];
      expect(await scanned()).toMatchObject({ programs });
      expect(await scanned(NOWHERE)).toMatchObject({ programs });
      expect(await scanned({}, undefined, { offline: true })).toMatchObject({ programs });
      sigstore.signBlob({ bytes });
      expect(codes(await scanned())).toEqual(['genuine']);
    },
  );

  it('with evidence of another Sigstore next to it cannot be judged by this trusted root', async () => {
    const bytes = build();
    put('usr/bin/kubectl', bytes);
    put('usr/bin/kubectl.sigstore.json', createLocalSigstore().signBlob({ bytes }).bundle('0.3'));
    for (const offline of [false, true])
      expect((await scanned({}, undefined, { offline })).programs).toMatchObject([
        { verdict: 'not-judged', error: { code: 'authority-unknown' } },
      ]);
  });

  it('of a release of which two signed manifests disagree is inconsistent', async () => {
    const bytes = build();
    const version = 'v1.30.3';
    const listed = { path: 'bin/linux/amd64/kubectl', sha256: sha256(bytes) };
    await releases.publishManifest(version, { sigstore, files: [listed] });
    put('usr/bin/kubeadm', build({ main: 'k8s.io/kubernetes/cmd/kubeadm', strings: [version] }));
    const options = { dataDirectory: dir.join('data') };
    expect(codes(await scanned({}, undefined, options))).toEqual(['evidence-not-found']);
    await releases.publishManifest(version, { sigstore, files: [{ ...listed, sha256: 'c'.repeat(64) }] });
    const { programs } = await scanned({}, undefined, options);
    expect(programs).toMatchObject([{ verdict: 'inconsistent', error: { code: 'release-inconsistent' } }]);
  });

  it('that says nothing has the name by which one kept manifest lists it, and none if two do', async () => {
    const silent = Buffer.from('#!/bin/sh\n# says nothing\n');
    sigstore.signBlob({ bytes: silent });
    put('opt/kubectl', silent);
    const keep = async (version: string): Promise<unknown> => {
      const files = [{ path: 'bin/linux/amd64/kubectl', sha256: sha256(silent) }];
      await releases.publishManifest(version, { sigstore, files });
      put(`usr/bin/kubeadm-${version}`, build({ main: 'k8s.io/kubernetes/cmd/kubeadm', strings: [version] }));
      await scanned({}, undefined, { dataDirectory: dir.join('data') });
      const { programs } = await scanned({ paths: ['/opt'] }, undefined, { dataDirectory: dir.join('data') });
      return programs[0]?.kind === 'proved' && programs[0].artifact;
    };
    const by = ['release-manifest'];
    expect(await keep('v1.30.5')).toMatchObject({ version: 'v1.30.5', name: { bound: true, by } });
    expect(await keep('v1.30.6')).toMatchObject({ name: { bound: false } });
    put('opt/kubelet', silent);
    rmSync(dir.join('host/opt/kubectl'));
    rmSync(dir.join('data/manifests/v1.30.6'));
    const wrong = await scanned({ paths: ['/opt'] }, undefined, { dataDirectory: dir.join('data') });
    expect(codes(wrong)).toEqual(['name-mismatch']);
  });

  it('with stale evidence next to it is proved by what a mirror has, though the log is down', async () => {
    const bytes = build();
    await releases.publishRelease({
      component: 'kubectl',
      version: 'v1.30.2',
      platform: 'linux/amd64',
      bytes,
      sigstore,
      bundle: '0.3',
      sideFiles: { '.sig': null, '.cert': null },
    });
    put('usr/bin/kubectl', bytes);
    put('usr/bin/kubectl.sigstore.json', sigstore.signBlob({ bytes: Buffer.from('old') }).bundle('0.3'));
    expect(codes(await scanned({ rekorUrl: NOWHERE.rekorUrl }))).toEqual(['genuine']);
  });

  it('with the mark of another builder, and evidence of another file, is refused', async () => {
    put('usr/bin/kubectl', build({ strings: ['v1.30.2-eks-1'] }));
    put('usr/bin/kubectl.sigstore.json', sigstore.signBlob({ bytes: Buffer.from('old') }).bundle('0.3'));
    const { programs } = await scanned({ allowedBuilders: ['eks'] });
    expect(programs).toMatchObject([{ verdict: 'refused', error: { code: 'digest-mismatch' } }]);
    expect(programs[0]).not.toHaveProperty('allowed');
  });

  it('with a release from before signing, and evidence of another file, is refused', async () => {
    put('usr/bin/kubectl', build({ strings: ['v1.20.1'] }));
    put('usr/bin/kubectl.sigstore.json', sigstore.signBlob({ bytes: Buffer.from('old') }).bundle('0.3'));
    expect(codes(await scanned())).toEqual(['digest-mismatch']);
  });

  it('with a pair next to it that the log cannot complete is not judged', async () => {
    const bytes = build();
    const signing = sigstore.signBlob({ bytes });
    put('usr/bin/kubectl', bytes);
    put('usr/bin/kubectl.sig', signing.signatureFile);
    put('usr/bin/kubectl.cert', signing.certificateFile);
    for (const offline of [false, true])
      expect((await scanned(NOWHERE, undefined, { offline })).programs).toMatchObject([
        { verdict: 'not-judged', error: { code: offline ? 'offline' : 'log-unreachable' } },
      ]);
  });

  it('whose own evidence the policy forbids is settled without a request', async () => {
    const bytes = build();
    put('usr/bin/kubectl', bytes);
    put('usr/bin/kubectl.sigstore.json', sigstore.signBlob({ bytes }).bundle('0.3'));
    const requests = (): number => releases.http.requests.length + sigstore.rekorServer.http.requests.length;
    const before = requests();
    const { programs } = await scan({
      root: dir.join('host'),
      policy: JSON.stringify({ schemaVersion: 1, allowed: [{ components: ['kubelet'] }] }),
      sources: [releases.url],
      rekorUrl: sigstore.rekorUrl,
      trustedRootPath: dir.join('root.json'),
    });
    expect(programs).toMatchObject([
      { verdict: 'not-allowed', error: { subject: { sha256: sha256(bytes) } } },
    ]);
    expect(requests()).toBe(before);
  });

  it('with stale evidence next to it is proved by other evidence, and says so', async () => {
    put('usr/bin/kubectl', signed());
    put('usr/bin/kubectl.sigstore.json', sigstore.signBlob({ bytes: Buffer.from('old') }).bundle('0.3'));
    const { programs } = await scanned();
    expect(programs).toMatchObject([{ artifact: { notes: [{ code: 'evidence-not-used' }] } }]);
  });

  it.each<readonly [string, () => Uint8Array]>([
    ['a script', () => Buffer.from('#!/bin/sh\n')],
    ['nothing', () => Buffer.alloc(0)],
    ['a truncated program', () => build().subarray(0, 80)],
    ['build information that lies about its length', () => build({ modulesLength: 2n ** 50n })],
  ])('may only look like kubectl: %s', async (_, make) => {
    put('usr/bin/kubectl', make());
    expect(codes(await scanned())).toEqual(['evidence-not-found']);
  });

  it('that something writes to while it is read is not genuine', async () => {
    const bytes = signed();
    const path = put('usr/bin/kubectl', bytes);
    sigstore.rekorServer.http.fault(/index/, (honest) => {
      writeFileSync(path, build());
      return { reply: honest };
    });
    expect(codes(await scanned())).toEqual(['digest-mismatch']);
  });

  it('may be an archive that its path does not lead to, and ends no scan', async () => {
    const tag = 'registry.k8s.io/kube-proxy-amd64:v1.30.2';
    const archive = tar(
      file('manifest.json', JSON.stringify([{ Config: 'c', RepoTags: [tag], Layers: ['l'] }])),
    );
    sigstore.signBlob({ bytes: archive });
    put('opt/image', archive);
    symlinkSync('/opt/image', dir.join('host/opt/kubectl'));
    put('opt/kubelet', signed({ main: 'k8s.io/kubernetes/cmd/kubelet' }));
    expect(told(await scanned({ paths: ['/opt'] }))).toEqual(['19 opt/kubectl', 'genuine opt/kubelet']);
  });

  it('that grows without end after it was read is not read without end', async () => {
    const path = put('usr/bin/kubectl', signed());
    sigstore.rekorServer.http.fault(/index/, (honest) => {
      truncateSync(path, 2 ** 42);
      return { reply: honest };
    });
    expect(codes(await scanned())).toEqual(['digest-mismatch']);
  });
});

describe('a host that gives no answer', () => {
  const SEARCH = '/api/v1/index/retrieve';
  const searches = (): number => sigstore.rekorServer.http.requestsFor(SEARCH).length;
  const slow = { retries: 3, retryDelayMs: 0 };

  beforeEach(() => {
    for (const name of ['kubeadm', 'kubectl', 'kubelet'])
      put(`opt/${name}`, signed({ main: `k8s.io/kubernetes/cmd/${name}` }));
  });

  it('is asked again and again for the first file only, and each file is named', async () => {
    sigstore.rekorServer.http.fault(SEARCH, fault.status(503));
    const before = searches();
    const found = await scanned({ paths: ['/opt'] }, undefined, slow);
    expect(codes(found)).toEqual(Array.from({ length: 3 }, () => 'log-unreachable'));
    expect(searches() - before).toBe(4 + 1 + 1);
    expect(found.programs.map((one) => (one.kind === 'failed' ? one.error.message : ''))).toEqual(
      found.programs.map(({ path }) => `${path}: the public log gave no usable answer`),
    );
  });

  it('is asked as before once it answers', async () => {
    let asked = 0;
    sigstore.rekorServer.http.fault(SEARCH, (honest) => {
      asked += 1;
      return asked <= 4 || asked === 6 ? { reply: { status: 503 } } : { reply: honest };
    });
    expect(told(await scanned({ paths: ['/opt'] }, undefined, slow))).toEqual([
      '4 opt/kubeadm',
      'genuine opt/kubectl',
      'genuine opt/kubelet',
    ]);
    expect(asked).toBe(4 + 1 + 2);
  });

  it('is waited for if it limits requests', async () => {
    sigstore.rekorServer.http.fault(SEARCH, fault.status(429, { retryAfter: 0 }));
    const before = searches();
    await scanned({ paths: ['/opt'] }, undefined, slow);
    expect(searches() - before).toBe(3 * 4);
  });
});

describe('a path', () => {
  it('is looked at whole, whatever its names are', async () => {
    const odd = 'opt/a\tb\u001b[31m\u202e<script>';
    put(`${odd}/kubectl`, signed());
    put('opt/one/two/three/kubeadm', signed({ main: 'k8s.io/kubernetes/cmd/kubeadm' }));
    const found = await scanned({ paths: ['/opt'] });
    expect(codes(found)).toEqual(['genuine', 'genuine']);
    expect(found.programs[0]?.path).toBe(dir.join('host', odd, 'kubectl'));
  });

  it('may be a file, and is judged whatever it says', async () => {
    put('tmp/any', 'text');
    expect(told(await scanned({ paths: ['/tmp/any', '/tmp/nowhere'] }))).toEqual([
      '4 tmp/any',
      '20 /tmp/nowhere',
    ]);
  });

  it('has no loops, and waits for no pipe', async () => {
    put('opt/kubectl', signed());
    symlinkSync('.', dir.join('host/opt/loop'));
    symlinkSync('kubeadm', dir.join('host/opt/kubeadm'));
    execFileSync('mkfifo', [dir.join('host/opt/kubelet')]);
    expect(told(await scanned({ paths: ['/opt', '/opt/loop'] }))).toEqual(['genuine opt/kubectl']);
  });

  it('has each file once, whatever names it has', async () => {
    put('opt/a/kubectl', signed());
    execFileSync('ln', [dir.join('host/opt/a/kubectl'), dir.join('host/opt/kubectl-1.30')]);
    symlinkSync('a/kubectl', dir.join('host/opt/kubectl'));
    expect(told(await scanned({ paths: ['/opt'] }))).toEqual(['genuine opt/a/kubectl']);
  });

  it.each<readonly [string, (from: string, to: string) => void]>([
    ['a second name', (from, to) => linkSync(from, to)],
    ['a link', (from, to) => symlinkSync(from.slice(dir.join('host').length), to)],
  ])('has a file once more where %s says another component', async (_, name) => {
    const path = put('opt/kubectl', signed());
    name(path, dir.join('host/opt/kubelet'));
    expect(told(await scanned({ paths: ['/opt'] }))).toEqual(['genuine opt/kubectl', '19 opt/kubelet']);
  });

  it.skipIf(process.platform !== 'linux')(
    'tells a name that is not UTF-8, behind which programs may be (needs Linux, which has such names)',
    async () => {
      put('opt/kubectl', signed());
      mkdirSync(Buffer.concat([Buffer.from(dir.join('host/opt/')), Buffer.from([0xff])]));
      expect(told(await scanned({ paths: ['/opt'] }))).toEqual(['genuine opt/kubectl', '20 opt/\ufffd']);
    },
  );

  it.skipIf(process.geteuid?.() !== 0)(
    'tells what may not be read (needs root, to be another user)',
    async () => {
      put('opt/kubectl', signed());
      mkdirSync(dir.join('host/opt/closed'));
      chmodSync(dir.join('host/opt/kubectl'), 0o000);
      chmodSync(dir.join('host/opt/closed'), 0o000);
      chmodSync(dir.path, 0o755);
      process.seteuid?.(65_534);
      try {
        expect(told(await scanned({ paths: ['/opt'] }))).toEqual(['20 opt/closed', '20 opt/kubectl']);
      } finally {
        process.seteuid?.(0);
      }
    },
  );

  it('may have ten thousand files', async () => {
    for (let index = 0; index < 10_000; index += 1) put(`opt/many/file-${index}`, 'x'.repeat(100));
    put('opt/many/kubectl', signed());
    expect(told(await scanned({ paths: ['/opt'] }))).toEqual(['genuine opt/many/kubectl']);
  });
});

describe('a limit', () => {
  const NAMES = ['kubeadm', 'kubectl', 'kubelet', 'mounter'] as const;
  const FAR = 1000;

  beforeEach(() => {
    for (const name of NAMES) put(`opt/${name}`, signed({ main: `k8s.io/kubernetes/cmd/${name}` }));
  });

  it.each<readonly [string, Partial<ScanBounds>, string]>([
    ['entries', { entries: 3 }, 'it stopped after 3 files, of which 2 were judged'],
    ['programs', { programs: 2 }, 'it stopped after 3 files, of which 2 were judged'],
  ])('of %s ends the scan, and what was not looked at is unreadable', async (_, bound, text) => {
    const bounds = { entries: FAR, programs: FAR, ...bound };
    const found = await scanned({ paths: ['/opt'] }, bounds);
    expect(told(found)).toEqual(['genuine opt/kubeadm', 'genuine opt/kubectl', `20 ${dir.join('host')}`]);
    expect(found.programs[2]).toMatchObject({ verdict: 'unreadable', error: { found: text } });
    expect(found.notes).toMatchObject([{ code: 'scan-stopped', text }]);
  });

  it('of programs counts those that cannot be read', async () => {
    for (const name of NAMES) truncateSync(dir.join('host/opt', name), 2 ** 42);
    const found = await scanned({ paths: ['/opt'] }, { entries: FAR, programs: 2 });
    expect(codes(found)).toEqual(Array.from({ length: 3 }, () => 'subject-not-readable'));
    expect(found.notes).toMatchObject([{ code: 'scan-stopped' }]);
  });

  it('of programs counts files that are named', async () => {
    const paths = NAMES.map((name) => `/opt/${name}`);
    const found = await scanned({ paths }, { entries: FAR, programs: 2 });
    expect(told(found)).toEqual(['genuine opt/kubeadm', 'genuine opt/kubectl', `20 ${dir.join('host')}`]);
  });

  it('that is not reached is not told', async () => {
    const found = await scanned(
      { paths: ['/opt'] },
      { entries: NAMES.length + 1, programs: NAMES.length + 1 },
    );
    expect(codes(found)).toEqual(NAMES.map(() => 'genuine'));
    expect(found.notes).toEqual([]);
  });
});

describe('a root', () => {
  it('is not left by links, and nothing outside is opened', async () => {
    const outside = dir.join('outside');
    mkdirSync(join(outside, 'bin'), { recursive: true });
    writeFileSync(join(outside, 'bin/kubectl'), signed());
    put('opt/bin/kubeadm', signed({ main: 'k8s.io/kubernetes/cmd/kubeadm' }));
    for (const [name, target] of [
      ['usr/local/bin/kubectl', `${outside}/bin/kubectl`],
      ['usr/bin/kubelet', '../../../outside/bin/kubectl'],
      ['usr/bin/kubeadm', '/opt/bin/kubeadm'],
      ['home/kubernetes/bin', `${outside}/bin`],
    ] as const) {
      mkdirSync(dirname(dir.join('host', name)), { recursive: true });
      symlinkSync(target, dir.join('host', name));
    }
    expect(told(await scanned())).toEqual(['genuine usr/bin/kubeadm']);
    expect(told(await scanned({ paths: ['/../../outside/bin'] }))).toEqual(['20 /../../outside/bin']);
  });

  it('has its evidence inside too', async () => {
    const bytes = build();
    put('usr/bin/kubectl', bytes);
    const bundle = dir.join('outside.json');
    writeFileSync(bundle, sigstore.signBlob({ bytes, ...STRANGER }).bundle('0.3'));
    symlinkSync(bundle, dir.join('host/usr/bin/kubectl.sigstore.json'));
    expect(codes(await scanned())).toEqual(['evidence-not-found']);
  });

  it('has a file of any size that costs nothing, and is not read', async () => {
    const path = put('usr/bin/kubectl', '');
    truncateSync(path, 15 * 2 ** 40);
    const { programs } = await scanned();
    expect(programs).toMatchObject([
      {
        verdict: 'unreadable',
        error: { found: expect.stringContaining('a program of Kubernetes has at most') },
      },
    ]);
  });

  it('whose /proc is a plain directory says nothing of what runs', async () => {
    put('proc/1/comm', 'kubelet');
    symlinkSync(process.execPath, dir.join('host/proc/1/exe'));
    expect((await scanned({ processes: true })).notes).toMatchObject([
      { code: 'processes-not-read' },
      { code: 'nothing-found' },
    ]);
  });
});

async function start(name: string): Promise<string> {
  const path = dir.join(name);
  mkdirSync(dirname(path), { recursive: true });
  copyFileSync('/bin/sleep', path);
  chmodSync(path, 0o755);
  const child = spawn(path, ['60']);
  onTestFinished(() => void child.kill());
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  return path;
}

describe.runIf(process.platform === 'linux')('what runs (needs Linux)', () => {
  it('is found, also where its file is gone', async () => {
    const [here, gone] = [await start('kubelet'), await start('kubectl')];
    const bytes = readFileSync(here);
    rmSync(gone);
    sigstore.signBlob({ bytes });
    const { programs } = await scanned({ paths: [here], processes: true, root: '/' });
    const ours = programs.filter(({ path }) => path.startsWith(dir.path));
    expect(ours).toMatchObject([
      { kind: 'proved', path: here, isDeleted: false, pids: [expect.any(Number)] },
      { kind: 'proved', path: gone, isDeleted: true, pids: [expect.any(Number)] },
    ]);
  });

  it('is not taken for another file because its name says that it is gone', async () => {
    await start('odd/kubelet (deleted)');
    writeFileSync(dir.join('odd/kubelet'), 'another file, which nobody runs');
    const { programs } = await scanned({ paths: [dir.join('none')], processes: true, root: '/' });
    // By that name it is no program of Kubernetes.
    expect(programs.filter(({ path }) => path.startsWith(dir.join('odd')))).toEqual([]);
  });
});

describe('the library', () => {
  it('gives what was found, and obeys what it is asked', async () => {
    put('opt/bin/kubectl', signed());
    put('opt/bin/kubelet', build({ main: 'k8s.io/kubernetes/cmd/kubelet', strings: ['v1.30.2-eks-1'] }));
    const input = {
      root: dir.join('host'),
      allowedBuilders: ['eks'],
      sources: [releases.url],
      rekorUrl: sigstore.rekorUrl,
      trustedRootPath: dir.join('root.json'),
    };
    await using client = createClient({ retries: 0 });
    const found = await scan(input, client);
    expect(found).toMatchObject({
      programs: [
        { kind: 'proved', path: dir.join('host/opt/bin/kubectl') },
        { kind: 'failed', verdict: 'other-builder', allowed: { by: 'vendor', reason: 'eks' } },
      ],
      machine: { root: dir.join('host') },
      notes: [],
    });
    expect(await rejection(scan({ ...input, root: dir.join('nowhere') }, client))).toMatchObject({
      code: 'file-not-readable',
    });
  });

  it.each<readonly [string, (sha: string) => object, RegExp | undefined]>([
    [
      'a denied digest',
      (sha) => ({ denied: { digests: [{ sha256: sha, reason: 'a backdoor' }] } }),
      /denied by the policy: a backdoor/,
    ],
    [
      'another component',
      () => ({ allowed: [{ components: ['kubelet'] }] }),
      /kubelet, and this says that it is kubectl v1\.30\.2/,
    ],
    ['another version', () => ({ allowed: [{ versions: ['1.29'] }] }), /1\.29/],
    ['nothing that it says it is', () => ({ allowed: [{ versions: ['1.30'] }] }), undefined],
    [
      'another version, but for this digest',
      (sha) => ({
        allowed: [{ versions: ['1.29'] }],
        exceptions: [{ sha256: sha, lifts: ['allowed'], reason: 'INC-4711', until: '2124-01-01' }],
      }),
      undefined,
    ],
  ])('lets no file pass that is not proved and that a policy forbids: %s', async (_, policy, why) => {
    const bytes = build({ strings: ['v1.30.2-eks-113cf36'] });
    put('usr/bin/kubectl', bytes);
    const text = JSON.stringify({ schemaVersion: 1, ...policy(sha256(bytes)) });
    const given = new GivenPolicy({ kind: 'value', bytes: Buffer.from(text) });
    for (const allows of [
      { allowedBuilders: ['eks'] },
      { allowedDigests: new Map([[sha256(bytes), 'reviewed']]) },
    ]) {
      const [program] = (await scanned({ ...allows, policy: given })).programs;
      expect(program).toMatchObject({ kind: 'failed', verdict: 'other-builder' });
      const { allowed, error } = Object(program);
      expect(allowed !== undefined).toBe(why === undefined);
      expect(String(error.why)).toMatch(why ?? /^/);
    }
  });

  it('obeys a policy', async () => {
    put('opt/bin/kubectl', signed());
    const policy = { schemaVersion: 1, allowed: [{ components: ['kubectl'], versions: ['1.31'] }] };
    await using client = createClient({ retries: 0 });
    const { programs } = await scan(
      {
        root: dir.join('host'),
        policy: JSON.stringify(policy),
        sources: [releases.url],
        rekorUrl: sigstore.rekorUrl,
        trustedRootPath: dir.join('root.json'),
      },
      client,
    );
    const path = dir.join('host/opt/bin/kubectl');
    const message = `${path} is genuine, but not allowed by the policy`;
    expect(programs).toMatchObject([{ kind: 'failed', verdict: 'not-allowed', error: { message } }]);
  });
});
