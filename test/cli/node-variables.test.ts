import { pathToFileURL } from 'node:url';
import path from 'node:path';
import { writeFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createTlsAuthority } from '#support/http/tls';
import { type ReleaseServer, startReleaseServer } from '#support/release-server';
import { runCli } from '#support/run-cli';
import { testDir } from '#support/test-dir';
import { ROOT } from '../package/packed.ts';
import { localWorld } from './local-world.ts';

const UNCHECKED = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
const NOTE =
  'NODE_TLS_REJECT_UNAUTHORIZED=0 is set and has no effect: every TLS certificate is checked; unset it; ' +
  'if a proxy or mirror uses a CA of your own, name it in NODE_EXTRA_CA_CERTS';

async function untrustedMirror(): Promise<ReleaseServer> {
  const mirror = await startReleaseServer({ tls: createTlsAuthority().issue() });
  onTestFinished(() => mirror.close());
  return mirror;
}

describe('a mirror with a certificate of an unknown CA, and NODE_TLS_REJECT_UNAUTHORIZED=0', () => {
  it('is refused by the command, with a note and without the warning of Node that says otherwise', async () => {
    const mirror = await untrustedMirror();
    const args = ['kubectl', 'stable', '--mirror', mirror.url, '--retries', '0'];
    const { exitCode, stderr, stdout } = await runCli(args, { env: UNCHECKED });
    expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: '' });
    expect(stderr).toContain(`note: ${NOTE}\n`);
    expect(stderr).toMatch(/TLS: the server cannot be trusted: its certificate comes from an unknown CA/);
    expect(stderr).not.toMatch(/\(node:|insecure/);
    expect(mirror.http.requests).toEqual([]);
  });

  it('is refused by the library, which reports the note', async () => {
    const mirror = await untrustedMirror();
    const dir = await testDir();
    await writeFile(
      dir.join('program.mjs'),
      `import { createClient, install } from ${JSON.stringify(pathToFileURL(path.join(ROOT, 'dist/index.js')).href)};
       const notes = [];
       const report = (event) => event.kind === 'note' && notes.push(event.text);
       const client = createClient({ retries: 0, report });
       const into = ${JSON.stringify(dir.join('bin'))};
       const request = { artifacts: ['kubectl'], sources: [${JSON.stringify(mirror.url)}], into };
       const error = await install(request, client).catch((thrown) => thrown);
       await client.close();
       console.log(JSON.stringify({ code: error.code, message: error.message, notes }));`,
    );
    const { stdout } = await runCli([], { script: dir.join('program.mjs'), env: UNCHECKED });
    expect(JSON.parse(stdout)).toEqual({
      code: 'network',
      message: expect.stringContaining('TLS: the server cannot be trusted'),
      notes: [NOTE],
    });
    expect(mirror.http.requests).toEqual([]);
  });
});

describe('variables with which Node loads code', () => {
  const variables = { NODE_OPTIONS: '--no-deprecation', NODE_PATH: '/secret/lib' };
  const note = 'node takes options or code from NODE_OPTIONS, NODE_PATH, before k8s-verify runs';

  it('are named in a note of each run, without their values', async () => {
    const world = await localWorld();
    const { stderr, exitCode } = await world.run(['list', 'v1.26.4', ...world.options.slice(0, 2)], {
      env: variables,
    });
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`note: ${note}; unset what you do not need`);
    expect(stderr).not.toContain('secret');
    const quiet = await world.run(['list', 'v1.26.4', ...world.options.slice(0, 2)], {});
    expect(quiet.stderr).not.toContain('NODE_');
  });

  it('are findings of doctor, which can work nevertheless', async () => {
    const world = await localWorld();
    const env = { ...variables, ...UNCHECKED };
    const { stdout, stderr, exitCode } = await world.run(['doctor', ...world.options], { env });
    expect(exitCode).toBe(0);
    // Each is said once.
    expect(stderr).toBe('note: K8S_VERIFY_DATA_DIR sets --data-dir\n');
    expect(stdout).toMatch(new RegExp(`^note\\tenvironment\\t${note}\\tunset what`, 'm'));
    expect(stdout).toMatch(/^note\tenvironment\tNODE_TLS_REJECT_UNAUTHORIZED=0 is set and has no effect/m);
    expect((await world.run(['doctor', ...world.options])).stdout).not.toContain('environment');
  });
});
