/** A check of a large mirror takes little longer than OpenSSL takes for the same bytes, in constant memory. */
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { seededBody } from '#support/http/large-bodies';
import { createLocalSigstore } from '#support/local-sigstore';
import { type ListedFile, renderManifest } from '#support/release-manifest';
import { runCli } from '#support/run-cli';
import { testDir } from '#support/test-dir';

const WRITE_PEAK = fileURLToPath(new URL('../../scripts/bench/write-peak.cjs', import.meta.url));
const COMPONENTS = [
  'kubectl',
  'kubectl-convert',
  'kubeadm',
  'kubelet',
  'kube-proxy',
  'kube-log-runner',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-aggregator',
  'apiextensions-apiserver',
  'mounter',
];
const VERSIONS = ['v1.30.0', 'v1.30.1', 'v1.30.2', 'v1.30.3', 'v1.30.4'];
const FILE_BYTES = 48_000_000;
const ROUNDS = 3;
const MAX_RATIO = 1.3;
const MAX_PEAK_KIB = 110_000_000 / 1024;

const sigstore = createLocalSigstore();

/** 60 files with their bundles, and the manifest of each release. */
async function fill(mirror: string): Promise<readonly string[]> {
  const files: string[] = [];
  for (const version of VERSIONS) {
    const listed: ListedFile[] = [];
    const root = path.join(mirror, 'release', version);
    for (const component of COMPONENTS) {
      const name = `bin/linux/amd64/${component}`;
      const file = path.join(root, name);
      mkdirSync(path.dirname(file), { recursive: true });
      const body = seededBody(`${version} ${component}`, FILE_BYTES);
      await pipeline(body.read(0, FILE_BYTES), createWriteStream(file));
      const sha256 = await body.sha256();
      writeFileSync(`${file}.sigstore.json`, sigstore.signBlob({ digest: sha256 }).bundle('0.3'));
      listed.push({ path: name, sha256 });
      files.push(file);
    }
    const manifest = Buffer.from(renderManifest({ version, files: listed }));
    writeFileSync(path.join(root, 'kubernetes-release.spdx'), manifest);
    writeFileSync(
      path.join(root, 'kubernetes-release.spdx.sigstore.json'),
      sigstore.signBlob({ bytes: manifest }).bundle('0.3'),
    );
  }
  return files;
}

/** As many processes of OpenSSL as there are cores, each with its share of the files. */
async function opensslMs(files: readonly string[]): Promise<number> {
  const cores = availableParallelism();
  const shares = Array.from({ length: cores }, (_, core) =>
    files.filter((__, index) => index % cores === core),
  );
  const started = performance.now();
  await Promise.all(
    shares.map(async (share) => {
      const child = spawn('openssl', ['dgst', '-sha256', ...share], { stdio: 'ignore' });
      expect((await once(child, 'exit'))[0]).toBe(0);
    }),
  );
  return performance.now() - started;
}

it('mirror --check of 60 files of 48 MB is within 1.3 of openssl, below 110 MB', async () => {
  const dir = await testDir();
  const mirror = dir.join('mirror');
  const files = await fill(mirror);
  writeFileSync(dir.join('root.json'), sigstore.trustedRoot());
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const openssl = await opensslMs(files);
    const started = performance.now();
    const run = await runCli(['mirror', '--check', mirror, '--trusted-root', dir.join('root.json')], {
      nodeArguments: ['--require', WRITE_PEAK],
      env: { BENCH_PEAK_FILE: dir.join('peak') },
      timeoutMs: 600_000,
    });
    ratios.push((performance.now() - started) / openssl);
    expect(run).toMatchObject({ exitCode: 0 });
    expect(run.stdout.match(/^genuine\t/gm)).toHaveLength(files.length + VERSIONS.length);
    expect(Number(readFileSync(dir.join('peak'), 'utf8'))).toBeLessThan(MAX_PEAK_KIB);
  }
  expect(Math.min(...ratios)).toBeLessThan(MAX_RATIO);
});
