/** The password of a mirror or a log, given to the real command in every place where one can be: it is told nowhere. */
import { describe, expect, it } from 'vitest';
import { startReleaseServer } from '#support/release-server';
import { runCli } from '#support/run-cli';

/** Any part of a password that says something. */
const TOLD = /hun|ter2/;

function told({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): string {
  return stdout + stderr;
}

describe('a password', () => {
  it.concurrent('in the URL of a mirror is not in what list prints', async () => {
    await using server = await startReleaseServer();
    server.publishMarker('stable', 'v1.30.2');
    const mirror = server.url.replace('//', '//user:hunter2@');
    for (const words of [['v1.30.2'], ['v1.30.2', '--json'], ['stable', '--json', '--verbose']]) {
      const run = await runCli(['list', ...words, '--mirror', mirror]);
      expect(run).toMatchObject({ exitCode: 0 });
      expect(told(run)).not.toMatch(TOLD);
    }
    expect(server.http.requests[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from('user:hunter2').toString('base64')}`,
    );
  });

  it.concurrent('in the URL of a server is not in what doctor prints', async () => {
    await using server = await startReleaseServer();
    const url = server.url.replace('//', '//user:hunter2@');
    const run = await runCli([
      'doctor',
      '--json',
      '--verbose',
      '--retries',
      '0',
      '--mirror',
      url,
      '--rekor-url',
      url,
    ]);
    expect(told(run)).toContain('127.0.0.1');
    expect(told(run)).not.toMatch(TOLD);
  });

  const places: readonly (readonly [string, (url: string) => readonly string[]])[] = [
    ['--mirror', (url) => ['kubectl', 'v1.30.2', '--mirror', url]],
    ['--rekor-url', (url) => ['kubectl', 'v1.30.2', '--rekor-url', url]],
    ['a misspelt option', (url) => ['kubectl', `--mirorr=${url}`]],
    ['a component', (url) => ['install', url]],
    ['a version', (url) => ['list', url]],
    ['a platform', (url) => ['kubectl', 'v1.30.2', '--platform', url]],
    ['a number of retries', (url) => ['kubectl', 'v1.30.2', '--retries', url]],
    ['a length of time', (url) => ['kubectl', 'v1.30.2', '--timeout', url]],
  ];
  it.concurrent.for(places)('in a URL as %s is not in the usage error', async ([, words]) => {
    for (const password of ['hunter2', '12/hun ter2']) {
      const url = `ftp://user:${password}@mirror.invalid/k8s`;
      const run = await runCli([...words(url), '--json', '--verbose']);
      expect([2, 3]).toContain(run.exitCode);
      expect(told(run)).not.toMatch(TOLD);
    }
  });

  it.concurrent.for(['hun/ter2', 'hun?ter2', 'hun#ter2', 'hun@ter2', 'hun\\ter2'])(
    'that ends a host for others is not in the usage error: %s',
    async (password) => {
      const url = `https://user:${password}@mirror.invalid/k8s?x`;
      const run = await runCli(['kubectl', 'v1.30.2', '--mirror', url]);
      expect(run).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('mirror.invalid') });
      expect(told(run)).not.toMatch(TOLD);
    },
  );
});
