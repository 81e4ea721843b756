import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAtHand } from '../../scripts/executable/node-binary.ts';
import { builderFor, executableName, hostTarget } from '../../scripts/executable/targets.ts';
import { formatPlatform, hostPlatform } from '../../src/release/platform.ts';
import { ROOT } from '../package/packed.ts';
import { createTlsAuthority } from '#support/http/tls';
import { type RunningSigstore, startLocalSigstore } from '#support/local-sigstore';
import { type ReleaseServer, startReleaseServer } from '#support/release-server';
import { type ProgramRun, runProgram } from '#support/run-program';
import { createTempDir, snapshot, type TempDir } from '#support/temp-dir';
import { testImage } from './image-runs.ts';
import { describeExecutable, expectedExecutable } from './program.ts';

const host = hostTarget();
/** Nothing is fetched during a test. */
const possible = host !== undefined && isAtHand(host) && isAtHand(builderFor(host));
const VERSION = 'v1.30.2';
const PLATFORM = formatPlatform(
  hostPlatform({ platform: process.platform, arch: process.arch, endianness: 'LE' }),
);

/** No PATH, no HOME, no Node anywhere: Windows alone needs to be told where it is. */
const BARE = { PATH: '', SYSTEMROOT: process.env['SYSTEMROOT'] ?? '' };

type Outcome = Pick<ProgramRun, 'exitCode' | 'stdout' | 'stderr'>;

async function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = BARE,
): Promise<Outcome> {
  const { exitCode, stdout, stderr } = await runProgram([program, ...args], { env });
  return { exitCode, stdout, stderr };
}

describe.skipIf(!possible)(
  'the executable for this machine (needs its Node package: npm run build:executable fetches it, where there is one)',
  () => {
    let built: TempDir;
    let sigstore: RunningSigstore;
    let releases: ReleaseServer;
    let executable: string;
    const npmPackage = [process.execPath, path.join(ROOT, 'bin/k8s-verify.js')] as const;

    beforeAll(async () => {
      built = await createTempDir('k8s-verify-executable-');
      executable = built.join(host === undefined ? '' : executableName(host));
      const building = promisify(execFile)(
        process.execPath,
        ['scripts/build-executable.ts', '--out', built.path],
        { cwd: ROOT },
      );
      [sigstore, releases] = await Promise.all([startLocalSigstore(), startReleaseServer(), building]);
      await releases.publishRelease({
        version: VERSION,
        platform: PLATFORM,
        component: 'kubectl',
        bytes: Buffer.from(`#!/bin/sh\necho kubectl ${VERSION}\n`),
        sigstore,
      });
      writeFileSync(built.join('root.json'), sigstore.trustedRoot());
    }, 300_000);
    afterAll(async () => {
      await Promise.all([sigstore.close(), releases.close(), built.remove()]);
    });

    it('runs with an empty environment', async () => {
      const manifest: { readonly version: string } = JSON.parse(
        readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
      );
      expect(await run(executable, ['--version'])).toEqual({
        exitCode: 0,
        stdout: `${manifest.version}\n`,
        stderr: '',
      });
    });

    it.each([[['--help']], [['install', '--help']], [['list', 'v1.30.2']], [[]], [['kubectl', 'v1.x']]])(
      'says the same as the npm package: %j',
      async (args) => {
        const [node, script] = npmPackage;
        expect(await run(executable, args)).toEqual(await run(node, [script, ...args]));
      },
    );

    const install = async (directory: string, ...more: readonly string[]): Promise<Outcome> =>
      run(executable, [
        'kubectl',
        VERSION,
        '--mirror',
        releases.url,
        '--rekor-url',
        sigstore.rekorUrl,
        '--trusted-root',
        built.join('root.json'),
        '--install-dir',
        directory,
        '--save-bundle',
        ...more,
      ]);

    it('installs with an empty PATH, and proves the file again from its bundle', async () => {
      const directory = built.join('bin');
      const installed = await install(directory);
      const file = path.join(directory, process.platform === 'win32' ? 'kubectl.exe' : 'kubectl');
      expect(installed).toMatchObject({ exitCode: 0, stdout: `${file}\n` });
      expect(readFileSync(file, 'utf8')).toContain(VERSION);
      const verified = await run(executable, ['verify', file, '--trusted-root', built.join('root.json')]);
      expect(verified).toMatchObject({ exitCode: 0 });
    });

    it('refuses what is not proved, with the code of its reason, and installs nothing', async () => {
      const directory = built.join('refused');
      const stranger = [
        '--certificate-identity',
        'a@example.com',
        '--certificate-oidc-issuer',
        'https://i.example',
      ];
      expect(await install(directory, ...stranger)).toMatchObject({ exitCode: 15, stdout: '' });
      expect(await snapshot(directory)).toEqual({});
    });

    it('carries the public trusted root, which does not know the local world', async () => {
      const file = built.join('kubectl');
      writeFileSync(file, 'kubectl');
      writeFileSync(
        `${file}.sigstore.json`,
        sigstore.signBlob({ bytes: Buffer.from('kubectl') }).bundle('0.3'),
      );
      // Signed after the day on which that root was taken: it cannot judge whether there is such a log.
      expect(await run(executable, ['verify', file])).toMatchObject({ exitCode: 5 });
      const own = await run(executable, ['verify', file, '--trusted-root', built.join('root.json')]);
      expect(own).toMatchObject({ exitCode: 0 });
    });

    it('takes no code from where NODE_OPTIONS, NODE_PATH and NODE_COMPILE_CACHE say', async () => {
      const planted = built.join('planted');
      const script = path.join(planted, 'foreign.cjs');
      await Promise.all(
        ['undici', 'tar', 'p-retry', 'cli-progress', 'main.cjs'].map(async (name) => {
          await mkdir(path.join(planted, name), { recursive: true });
          await writeFile(
            path.join(planted, name, 'index.js'),
            "process.stdout.write('foreign code ran');\n",
          );
        }),
      );
      await writeFile(script, "process.stdout.write('foreign code ran');\n");
      const cache = built.join('compile-cache');
      await mkdir(cache);
      for (const args of [['--version'], ['list', 'v1.30.2']]) {
        const [clean, surrounded] = [
          await run(executable, args),
          await run(executable, args, {
            ...BARE,
            NODE_OPTIONS: `--require ${script}`,
            NODE_PATH: planted,
            NODE_COMPILE_CACHE: cache,
          }),
        ];
        expect(clean.exitCode).toBe(0);
        expect(surrounded).toEqual(clean);
      }
      // Node writes there whatever it could read from there.
      expect(await snapshot(cache)).toEqual({});
    });

    it('refuses a certificate of an unknown CA, with NODE_TLS_REJECT_UNAUTHORIZED=0 too', async () => {
      await using mirror = await startReleaseServer({ tls: createTlsAuthority().issue() });
      const args = ['kubectl', 'stable', '--mirror', mirror.url, '--retries', '0'];
      const env = { ...BARE, NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_OPTIONS: '--no-deprecation' };
      const { exitCode, stderr } = await run(executable, args, env);
      expect(exitCode).toBe(4);
      expect(stderr).toMatch(/^note: NODE_TLS_REJECT_UNAUTHORIZED=0 is set and has no effect/m);
      expect(stderr).toContain('its certificate comes from an unknown CA');
      // It ignores this one, so there is nothing to say of it.
      expect(stderr).not.toContain('NODE_OPTIONS');
      expect(mirror.http.requests).toEqual([]);
    });

    it('is Node for this machine, with exactly our program in it', async () => {
      if (host === undefined) throw new TypeError('there is one for this machine');
      const expected = await expectedExecutable(host, built.join('bundle'));
      expect(describeExecutable(executable, host)).toEqual(expected);
    });

    it('stands in SHA256SUMS with its digest', () => {
      const digest = createHash('sha256').update(readFileSync(executable)).digest('hex');
      expect(readFileSync(built.join('SHA256SUMS'), 'utf8')).toBe(
        `${digest}  ${path.basename(executable)}\n`,
      );
    });

    it('passes what a release tries before it is signed', async () => {
      const script = path.join(ROOT, 'scripts/try-executable.ts');
      const command = [process.execPath, script, '--directory', built.join('try'), executable] as const;
      const { exitCode, stdout, stderr } = await runProgram(command, { env: BARE });
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
      expect(stdout).toContain('2 proofs without a network, and the refusals');
    });

    testImage(() => ({ built, executable, sigstore, releases, version: VERSION }));

    it('comes with the licenses of all its parts', () => {
      const licenses = readFileSync(`${executable}.LICENSES.txt`, 'utf8');
      expect(licenses).toContain('Apache License');
      expect(licenses).toMatch(/^cli-progress \d/m);
      expect(licenses).toMatch(/^Node\.js \d/m);
    });
  },
);
