import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { seededBody } from '#support/http/large-bodies';
import { runCli } from '#support/run-cli';
import { testDir } from '#support/test-dir';
import { testServers } from '#support/test-servers';

const WRITE_PEAK = fileURLToPath(new URL('../../scripts/bench/write-peak.cjs', import.meta.url));
const GIGABYTE = 1_000_000_000;
const MEBIBYTE_IN_KIB = 1024;

const { sigstore, releases } = await testServers();

interface Outcome {
  readonly bytes: number;
  /** The largest resident set of the run, in KiB. */
  readonly peak: number;
}

async function install(version: string, bytes: number): Promise<Outcome> {
  const dir = await testDir();
  const release = { version, platform: 'linux/amd64', component: 'kubectl' };
  const { sha256 } = await releases.publishRelease({
    ...release,
    bytes: seededBody(version, bytes),
    sigstore,
  });
  writeFileSync(dir.join('root.json'), sigstore.trustedRoot());
  const world = [
    '--mirror',
    releases.url,
    '--rekor-url',
    sigstore.rekorUrl,
    '--trusted-root',
    dir.join('root.json'),
  ];
  const where = ['--platform', release.platform, '--install-dir', dir.join('bin'), '--json'];
  const { exitCode, stdout, stderr } = await runCli(['install', 'kubectl', version, ...where, ...world], {
    nodeArguments: ['--require', WRITE_PEAK],
    env: { BENCH_PEAK_FILE: dir.join('peak') },
    timeoutMs: 1_200_000,
  });
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect(JSON.parse(stdout)).toMatchObject({ artifacts: [{ sha256 }] });
  return {
    bytes: statSync(path.join(dir.join('bin'), 'kubectl')).size,
    peak: Number(readFileSync(dir.join('peak'), 'utf8')),
  };
}

it('an artifact of 1 GB is installed whole, in the memory that one of 1 MB takes', async () => {
  const small = await install('v1.30.1', 1_000_000);
  const large = await install('v1.30.2', GIGABYTE);
  expect(large.bytes).toBe(GIGABYTE);
  expect(large.peak - small.peak).toBeLessThan(20 * MEBIBYTE_IN_KIB);
});
