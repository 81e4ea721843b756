/** The files in which a repository says the versions that it wants. */
import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readVersionFile } from '../../../src/action/version-file.ts';
import { MAX_VERSIONS_BYTES } from '../../../src/limits.ts';
import { testDir } from '#support/test-dir';
import { rejection } from '#support/thrown-by';

async function versionIn(
  name: string,
  text: string,
  component: string = 'kubectl',
): Promise<string | undefined> {
  const path = (await testDir()).join(name);
  writeFileSync(path, text);
  const versionOf = await readVersionFile(path, 'linux/amd64');
  return versionOf(component);
}

const LOCK = JSON.stringify({
  schemaVersion: 1,
  artifacts: [
    ['v1.30.2', 'linux/amd64'],
    ['v1.29.6', 'linux/arm64'],
  ].map(([version, platform]) => ({ component: 'kubectl', version, platform, sha256: 'ab'.repeat(32) })),
});

it.each([
  ['.tool-versions', 'nodejs 24.1.0\nkubectl 1.30.2 1.29.6 # two\n', '1.30.2'],
  ['.tool-versions', '# kubectl 1.29.6\r\nkubectl\t1.30\r\n', '1.30'],
  ['.tool-versions', 'kubectl-convert 1.30.2\n', undefined],
  ['mise.toml', '[env]\nkubectl = "1.0.0"\n[tools]\nnode = "24"\nkubectl = "1.30.2" # pinned\n', '1.30.2'],
  ['.mise.toml', "[tools]\n'aqua:kubernetes/kubectl' = '1.30'\n", '1.30'],
  ['mise.toml', '[tools]\nkubectl = { os = ["linux"], version = "1.30.2" }\n', '1.30.2'],
  ['mise.toml', '[tools]\nkubectl = ["1.30.2", "1.29.6"]\n', '1.30.2'],
  ['mise.toml', '[tools]\nnode = "24"\n[tasks.kubectl]\nkubectl = "1.0.0"\n', undefined],
  ['.k8s-version', '# the cluster\nv1.30.2\n', 'v1.30.2'],
  ['k8s.lock.json', LOCK, 'v1.30.2'],
] as const)('%s: %j says %s', async (name, text, version) => {
  expect(await versionIn(name, text)).toBe(version);
});

it('says it of each component', async () => {
  const text = 'kubectl 1.30.2\nkubelet 1.29.6\n';
  expect(await versionIn('.tool-versions', text, 'kubelet')).toBe('1.29.6');
});

it.each([
  ['.k8s-version', '', /one version, such as v1\.30\.2/],
  ['.k8s-version', 'v1.30.2\nv1.29.6\n', /one version, such as/],
  ['.k8s-version', 'kubectl v1.30.2\n', /one version, such as/],
  ['mise.toml', '[tools]\nkubectl = 1.30\n', /kubectl = "1\.30\.2" in its table \[tools\]/],
  ['k8s.lock.json', LOCK.replace('linux/arm64', 'linux/amd64'), /one version of kubectl for linux\/amd64/],
] as const)('%s: %j does not say one version', async (name, text, wanted) => {
  const error = await rejection(versionIn(name, text));
  expect(error).toMatchObject({ code: 'usage', wanted: expect.stringMatching(wanted) });
});

it.each([
  ['.k8s-version', 'hunter2hunter2\n'],
  ['.k8s-version', 'AWS_SECRET_ACCESS_KEY=hunter2hunter2 and more\n'],
  ['.k8s-version', 'https://user:hunter2hunter2@github.com\n'],
  ['.k8s-version', 'v1.30.2\nhunter2hunter2\n'],
  ['.tool-versions', 'kubectl hunter2hunter2\n'],
  ['mise.toml', '[tools]\nkubectl = hunter2hunter2\n'],
  ['mise.toml', '[tools]\nkubectl = "hunter2hunter2"\n'],
] as const)('%s: %j is not shown, which may be of any file', async (name, text) => {
  const error = await rejection(versionIn(name, text));
  expect(error).toMatchObject({ code: 'usage' });
  const { message, wanted, found, why, next } = Object(error);
  expect([message, wanted, found, why, next].join(' ')).not.toContain('hunter2');
});

it.each(['v1.30.x', '30', 'latest-1.30', '1.30-rc1'])(
  '%s goes on, for what is said of versions',
  async (text) => {
    expect(await versionIn('.k8s-version', text)).toBe(text);
  },
);

it('is bounded, and says where a file is not', async () => {
  const large = ' '.repeat(MAX_VERSIONS_BYTES + 1);
  await expect(versionIn('.k8s-version', large)).rejects.toMatchObject({ code: 'usage' });
  const missing = (await testDir()).join('.k8s-version');
  await expect(readVersionFile(missing, 'linux/amd64')).rejects.toMatchObject({ code: 'file-not-readable' });
});
