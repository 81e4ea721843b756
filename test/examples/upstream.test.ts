/**
 * The patches of examples/upstream, each applied to minimal files of the other project's form (test/examples/upstream) and run
 * against the local world: what the project would get, and that a file that lies is not copied any more.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../package/packed.ts';
import { fault } from '#support/http/faults';
import { type ProgramRun, runProgram } from '#support/run-program';
import { createTempDir, type TempDir } from '#support/temp-dir';
import { testDir } from '#support/test-dir';
import { startWorld, type World } from '#support/world';

const VERSION = 'v1.30.2';
const LINUX = ['linux/amd64', 'linux/arm64'];
const DARWIN = ['darwin/amd64', 'darwin/arm64'];
const SERVER = [
  'apiextensions-apiserver',
  'kube-aggregator',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-log-runner',
  'kube-proxy',
  'kube-scheduler',
  'kubeadm',
  'kubelet',
  'mounter',
];
const CLIENT = ['kubectl', 'kubectl-convert'];

let dir: TempDir;
let world: World;
/** SHA-256 by path in the release. */
const published = new Map<string, string>();

beforeAll(async () => {
  dir = await createTempDir('k8s-verify-upstream-');
  world = await startWorld({ directory: dir.path });
  await publish(SERVER, LINUX);
  await publish(CLIENT, [...LINUX, ...DARWIN]);
  await world.releases.publishSums(VERSION);
  mkdirSync(dir.join('path'));
  writeCommand('k8s-verify', [
    `exec '${process.execPath}' '${path.join(ROOT, 'bin/k8s-verify.js')}' "$@" ${world.options.join(' ')}`,
  ]);
});
afterEach(() => {
  world.releases.http.clearFaults();
});
afterAll(async () => {
  await world.close();
  await dir.remove();
});

async function publish(components: readonly string[], platforms: readonly string[]): Promise<void> {
  for (const component of components) {
    for (const platform of platforms) {
      const bytes = Buffer.from(`${component} ${VERSION} ${platform}`);
      const { sigstore } = world;
      const release = { component, version: VERSION, platform, bytes, sigstore };
      const { sha256 } = await world.releases.publishRelease(release);
      published.set(`bin/${platform}/${component}`, sha256);
    }
  }
}

function writeCommand(name: string, lines: readonly string[]): void {
  writeFileSync(dir.join('path', name), ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(dir.join('path', name), 0o755);
}

function has(program: string, ...args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

interface Project {
  readonly path: string;
  readonly read: (name: string) => string;
  readonly run: (command: readonly [string, ...string[]]) => Promise<ProgramRun>;
}

/** The other project's files, with the patch applied, or as they are today. */
async function project(name: string, state: 'patched' | 'today' = 'patched'): Promise<Project> {
  const copy = (await testDir()).join(name);
  cpSync(path.join(ROOT, 'test/examples/upstream', name), copy, { recursive: true });
  const env = {
    PATH: [dir.join('path'), path.dirname(process.execPath), process.env['PATH']].join(':'),
    HOME: copy,
    K8S_VERIFY_DATA_DIR: path.join(copy, '.data'),
    DL_K8S_IO: world.mirror,
    // What Go compiled of its own library before; to do that again takes a minute.
    GOCACHE: goCache,
    CGO_ENABLED: '0',
    GOTOOLCHAIN: 'local',
  };
  const run: Project['run'] = (command) => runProgram(command, { cwd: copy, env });
  if (state === 'patched') {
    // Without a repository around it, git would look for one above.
    const patch = path.join(ROOT, 'examples/upstream', `${name}.patch`);
    await run(['git', 'init', '--quiet', '.']);
    const { exitCode, stderr } = await run(['git', 'apply', patch]);
    if (exitCode !== 0) throw new Error(stderr);
  }
  return { path: copy, read: (file) => readFileSync(path.join(copy, file), 'utf8'), run };
}

/** A `.sha256` or a list on the server that says another digest than the one that was signed. */
function lie(file: string, text: string): void {
  world.releases.http.fault(`/release/${VERSION}/${file}`, fault.body(text));
}

const WRONG = 'f'.repeat(64);
const hasGit = has('git', '--version');
const goCache = spawnSync('go', ['env', 'GOCACHE'], { encoding: 'utf8' }).stdout?.trim() ?? '';
const hasPython = has('python3', '-c', 'import sys; sys.exit(sys.version_info < (3, 9))');

const CHECKSUMS = 'roles/kubespray_defaults/vars/main/checksums.yml';
const UPDATE = ['python3', 'scripts/component_hash_update/src/component_hash_update/download.py'] as const;

/** What kubespray's file should be. */
function provenChecksums(): string {
  const lines = ['---'];
  for (const component of ['kubelet', 'kubectl']) {
    lines.push(`${component}_checksums:`);
    for (const arch of ['arm64', 'amd64']) {
      lines.push(`  ${arch}:`, `    1.30.2: sha256:${published.get(`bin/linux/${arch}/${component}`)}`);
    }
  }
  return [...lines, ''].join('\n');
}

const WRITE = ['bash', 'hack/generate-asset-hashes.sh', '1.30', '2'] as const;
const YAML = 'pkg/assets/assetdata/k8s-1.30.yaml';

/** Only v1.30.2 is published here, and kOps begins with the patch release 0. */
function onlyThatVersion({ path: root }: Project): void {
  const script = path.join(root, 'hack/generate-asset-hashes.sh');
  writeFileSync(script, readFileSync(script, 'utf8').replace('patch = 0 ;', 'patch = max_patch ;'));
}

/** What kOps' file should be. */
function provenHashes(): string {
  const files = [...published]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, sha256]) => `- name: ${VERSION}/${name}\n  sha256: ${sha256}\n`);
  return `filestores:\n- base: https://dl.k8s.io/release/\n\nfiles:\n# kubernetes 1.30.2\n${files.join('')}`;
}

/** What kOps' script writes where `SHA256SUMS` lies: today, and with the patch. */
async function writtenHashes(): Promise<{ readonly today: string; readonly patched: string }> {
  lie('SHA256SUMS', `${WRONG}  bin/linux/amd64/kubectl\n`);
  const written = { today: '', patched: '' };
  for (const state of ['today', 'patched'] as const) {
    const kops = await project('kops', state);
    onlyThatVersion(kops);
    const { exitCode, stderr } = await kops.run(WRITE);
    if (exitCode !== 0) throw new Error(stderr);
    written[state] = kops.read(YAML);
  }
  return written;
}

describe.skipIf(!hasGit || !hasPython)('the patch for kubespray (needs git and Python 3.9)', () => {
  it('fills in digests that are proven, where today those of the server are copied', async () => {
    lie('bin/linux/amd64/kubectl.sha256', WRONG);
    const today = await project('kubespray', 'today');
    expect(await today.run(UPDATE)).toMatchObject({ exitCode: 0 });
    expect(today.read(CHECKSUMS)).toContain(`1.30.2: sha256:${WRONG}`);
    const { run, read } = await project('kubespray');
    expect(await run(UPDATE)).toMatchObject({ exitCode: 0 });
    expect(read(CHECKSUMS)).toBe(provenChecksums());
  });

  it('ends, and changes nothing, where a file is not proven', async () => {
    for (const side of ['sig', 'cert', 'sigstore.json']) {
      world.releases.http.fault(`/release/${VERSION}/bin/linux/arm64/kubelet.${side}`, fault.status(404));
    }
    lie('bin/linux/arm64/kubelet.sha256', WRONG);
    world.releases.http.fault(`/release/${VERSION}/kubernetes-release.spdx`, fault.status(404));
    const { run, read } = await project('kubespray');
    const before = read(CHECKSUMS);
    const ran = await run(UPDATE);
    expect(ran.exitCode).not.toBe(0);
    expect(ran.stderr).toContain('k8s-verify: ');
    expect(read(CHECKSUMS)).toBe(before);
  });
});

describe.skipIf(!hasGit || !has('bash', '--version'))('the patch for kOps (needs git and bash)', () => {
  it.skipIf(!has('go', 'version'))(
    'writes the hashes of proven files by its own Go program (needs go)',
    async () => {
      const { today, patched } = await writtenHashes();
      expect(today).toContain(WRONG);
      expect(patched).toBe(provenHashes());
    },
    300_000,
  );

  it('gives that program a list of proven files', async () => {
    // In the place of the Go program: what it does with its options.
    writeCommand('go', [
      'for word do case $last in --prefix) prefix=$word ;; --sums) sums=$word ;; esac; last=$word; done',
      `curl --fail --silent --show-error "\${sums:-${world.mirror}/release/\${prefix}SHA256SUMS}" | {`,
      '  echo files:',
      '  while read -r hash name; do echo "- name: $prefix$name"; echo "  sha256: $hash"; done',
      '}',
    ]);
    try {
      const { today, patched } = await writtenHashes();
      expect(today).toContain(WRONG);
      expect(patched).toBe(provenHashes());
    } finally {
      rmSync(dir.join('path', 'go'));
    }
  });

  it('ends where a file is not proven', async () => {
    for (const side of ['sig', 'cert', 'sigstore.json']) {
      world.releases.http.fault(`/release/${VERSION}/bin/linux/arm64/kubelet.${side}`, fault.status(404));
    }
    world.releases.http.fault(`/release/${VERSION}/kubernetes-release.spdx`, fault.status(404));
    const patched = await project('kops');
    onlyThatVersion(patched);
    const ran = await patched.run(WRITE);
    expect(ran.exitCode).not.toBe(0);
    expect(patched.read(YAML)).not.toContain('sha256');
  });
});

describe.skipIf(!hasGit)('the patch for an Electron application (needs git)', () => {
  const LIBRARY = pathToFileURL(path.join(ROOT, 'dist/index.js')).href;

  /** Calls `verifyArtifact` for a kubectl; with the library, which asks the local world, as a package. */
  async function verify({ path: root, run }: Project, sha256: string): Promise<ProgramRun> {
    const modules = path.join(root, 'node_modules/k8s-verify');
    mkdirSync(modules, { recursive: true });
    writeFileSync(
      path.join(modules, 'package.json'),
      JSON.stringify({ name: 'k8s-verify', type: 'module', exports: './index.js' }),
    );
    const options = { sources: [world.mirror], rekorUrl: world.rekorUrl, trustedRootPath: world.trustedRoot };
    writeFileSync(
      path.join(modules, 'index.js'),
      `import * as library from ${JSON.stringify(LIBRARY)};
       export const digest = (input) => library.digest({ ...${JSON.stringify(options)}, ...input });`,
    );
    const artifact = {
      tool: 'kubectl',
      version: '1.30.2',
      platform: 'linux',
      arch: 'x64',
      url: `${world.mirror}/release/${VERSION}/bin/linux/amd64/kubectl`,
    };
    writeFileSync(
      path.join(root, 'run.mts'),
      `import { verifyArtifact } from './packages/ensure-binaries/src/verify.ts';
       console.log(await verifyArtifact(${JSON.stringify(artifact)}, '${sha256}', 'kubectl', '.'));`,
    );
    return run([process.execPath, '--no-warnings', 'run.mts']);
  }

  it('proves what was downloaded, with no cosign on PATH', async () => {
    const ran = await verify(await project('electron'), published.get('bin/linux/amd64/kubectl') ?? '');
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ran.stdout).toMatch(
      /^signature by krel-staging@k8s-releng-prod\.iam\.gserviceaccount\.com of \d{4}-.*Z, name by release-manifest\n$/,
    );
  });

  it('refuses another genuine file under that name', async () => {
    const other = published.get('bin/linux/arm64/kubectl') ?? '';
    const ran = await verify(await project('electron'), other);
    expect(ran.exitCode).not.toBe(0);
    expect(ran.stderr).toContain(
      `is ${other}, and Kubernetes signed ${published.get('bin/linux/amd64/kubectl')}`,
    );
  });
});
