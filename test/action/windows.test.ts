/** The action's story on a runner with Windows, as far as that can be seen from here: names, not the system's rules. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readInputs } from '../../src/action/inputs.ts';
import { readRunner } from '../../src/action/runner.ts';
import { setUp } from '../../src/action/set-up.ts';
import { createClient } from '../../src/client.ts';
import { startLocalSigstore } from '#support/local-sigstore';
import { startReleaseServer } from '#support/release-server';
import { testDir } from '#support/test-dir';

it('installs kubectl.exe, and its bundle next to it', async () => {
  const dir = await testDir();
  await using sigstore = await startLocalSigstore();
  const releases = await startReleaseServer();
  onTestFinished(() => releases.close());
  const bytes = Buffer.from('MZ kubectl');
  const release = { version: 'v1.30.2', platform: 'windows/amd64', component: 'kubectl', bytes };
  const { sha256 } = await releases.publishRelease({ ...release, sigstore });
  writeFileSync(dir.join('root.json'), sigstore.trustedRoot());
  const inputs: Readonly<Record<string, string>> = {
    version: 'v1.30.2',
    mirror: releases.url,
    'rekor-url': sigstore.rekorUrl,
  };
  const runner = readRunner(
    { RUNNER_TEMP: dir.join('temp'), USERPROFILE: 'C:\\Users\\runner' },
    { workspace: 'D:\\a\\repository', platform: 'win32' },
  );
  const real = createClient();
  onTestFinished(() => real.http.close());
  const world = { ...real, host: { platform: 'win32', arch: 'x64', endianness: 'LE' } as const };
  const asked = { ...readInputs((name) => inputs[name] ?? ''), trustedRootFile: dir.join('root.json') };
  // A path of this machine, where the inputs' own would be one of Windows.
  const { directory, result } = await setUp(asked, {
    runner: { ...runner, platform: process.platform },
    client: world,
    signal: new AbortController().signal,
    planned: () => undefined,
  });
  const file = path.join(directory, 'kubectl.exe');
  expect(result.artifacts).toMatchObject([
    { platform: 'windows/amd64', path: file, sha256, bundlePath: `${file}.sigstore.json` },
  ]);
  expect(readFileSync(file)).toEqual(bytes);
});
