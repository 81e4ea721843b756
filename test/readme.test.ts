/**
 * Every block of code in README.md, run. What differs from a reader's machine is declared here and nowhere else:
 *
 * - `k8s-verify` and `cosign` are the scripts below. The first adds the options that point at a local release server and a
 *   local Sigstore; the second is `k8s-verify verify`, which takes cosign's option names.
 * - `https://dl.k8s.io` is that server, and the library's request names it, too.
 * - npm is not run within its own tests: its commands must be scripts of package.json, and CI runs them.
 * - The steps for workflows are held against action.yml, in test/action/workflows.test.ts.
 * - Numbers, times, digests and addresses of the transcript are compared by their shape.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readLockfile } from '../src/lockfile/lockfile.ts';
import { seededBody } from './support/http/large-bodies.ts';
import { startLocalSigstore } from './support/local-sigstore.ts';
import { startReleaseServer } from './support/release-server.ts';
import { CLI_PATH } from './support/run-cli.ts';
import { type ProgramRun, runProgram } from './support/run-program.ts';
import { testDir } from './support/test-dir.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

interface Block {
  readonly language: string;
  readonly code: string;
}

const blocks: readonly Block[] = Array.from(
  readme.matchAll(/^```(?<language>\w*)\n(?<code>[\s\S]*?)^```$/gm),
  ({ groups }) => ({ language: groups?.['language'] ?? '', code: groups?.['code'] ?? '' }),
);

function blocksOf(language: string): readonly string[] {
  return blocks.filter((block) => block.language === language).map(({ code }) => code);
}

function shBlock(containing: string): string {
  const found = blocksOf('sh').find((code) => code.includes(containing));
  if (found === undefined) throw new Error(`no block has ${containing}`);
  return found;
}

const SCRIPTS = {
  'k8s-verify': `#!/bin/sh
case "$1" in
  verify) exec "$NODE" "$CLI" "$@" --rekor-url "$REKOR" --trusted-root "$ROOT" ;;
  list) exec "$NODE" "$CLI" "$@" --mirror "$MIRROR" ;;
  *) exec "$NODE" "$CLI" "$@" --platform linux/amd64 --mirror "$MIRROR" --rekor-url "$REKOR" --trusted-root "$ROOT" ;;
esac
`,
  cosign: `#!/bin/sh
[ "$1" = verify-blob ] || exit 99
shift
exec k8s-verify verify "$@"
`,
} as const;

const RELEASES = [
  ['kubectl', 'v1.26.4'],
  ['kubeadm', 'v1.30.2'],
  ['kubelet', 'v1.30.2'],
  ['kubectl', 'v1.30.2'],
] as const;

interface Stage {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  readonly exec: (command: string, args: readonly string[]) => Promise<ProgramRun>;
}

async function setStage(): Promise<Stage> {
  const dir = await testDir();
  const sigstore = await startLocalSigstore();
  onTestFinished(() => sigstore.close());
  const releases = await startReleaseServer();
  onTestFinished(() => releases.close());
  for (const [component, version] of RELEASES) {
    const bytes = seededBody(`${component} ${version}`, 100_000);
    await releases.publishRelease({ component, version, platform: 'linux/amd64', bytes, sigstore });
  }
  releases.publishMarker('stable-1.30', 'v1.30.2');
  await writeFile(dir.join('root.json'), sigstore.trustedRoot());
  await mkdir(dir.join('path'));
  for (const [name, script] of Object.entries(SCRIPTS)) {
    await writeFile(dir.join('path', name), script);
    await chmod(dir.join('path', name), 0o755);
  }
  const path = dir.join('home');
  await mkdir(path);
  const env = {
    NODE: process.execPath,
    CLI: CLI_PATH,
    MIRROR: releases.url,
    REKOR: sigstore.rekorUrl,
    ROOT: dir.join('root.json'),
    HOME: path,
    PATH: [dir.join('path'), dirname(process.execPath), process.env['PATH']].join(delimiter),
  };
  return { path, env, exec: (command, args) => runProgram([command, ...args], { cwd: path, env }) };
}

/** What may differ between the README's run and this one. */
function shapeOf(transcript: string): readonly string[] {
  return transcript
    .replaceAll(/[0-9a-f]{64}/g, '<sha256>')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replaceAll(/https?:\/\/[\w.:-]+(?=\/release)/g, '<server>')
    .replaceAll(/(?<= )\S+(?=\/bin\/kubectl$)|^\S+(?=\/bin\/kubectl$)/gm, '<home>')
    .replaceAll(/\d+\.\d MB/g, '<size>')
    .replaceAll(/(?<=index |log entry +|leaf |of |test - )\d+/g, '<number>')
    .trimEnd()
    .split('\n');
}

describe('README.md', () => {
  it('has no block that is not run', () => {
    expect(blocks.map(({ language }) => language).sort()).toEqual([
      'console',
      'sh',
      'sh',
      'sh',
      'sh',
      'ts',
      'yaml',
      'yaml',
    ]);
  });

  it('shows what happens', async () => {
    const [command = '', ...shown] = (blocksOf('console')[0] ?? '').split('\n');
    const { exec: run } = await setStage();
    const { output, exitCode } = await run('sh', ['-c', command.replace(/^\$ /, '')]);
    expect(exitCode).toBe(0);
    expect(withoutDownload(shapeOf(output))).toEqual(withoutDownload(shapeOf(shown.join('\n'))));
  });

  it('has commands that work', async () => {
    const { exec: run, path } = await setStage();
    const ran = await run('sh', ['-exc', shBlock('k8s-verify list')]);
    expect(ran.stderr).toContain('k8s-verify verify bin/kubectl');
    expect(ran).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(readFileSync(`${path}/result.json`, 'utf8'))).toMatchObject({ ok: true });
  });

  it.skipIf(spawnSync('jq', ['--version']).status !== 0)(
    'makes a lockfile that the action reads (needs jq)',
    async () => {
      const { exec: run, path } = await setStage();
      const ran = await run('sh', ['-exc', shBlock('k8s.lock.json')]);
      expect(ran).toMatchObject({ exitCode: 0 });
      const sha256 = createHash('sha256')
        .update(readFileSync(`${path}/proved/kubectl`))
        .digest('hex');
      expect(await readLockfile(`${path}/k8s.lock.json`)).toEqual([
        { component: 'kubectl', version: 'v1.30.2', platform: 'linux/amd64', sha256 },
      ]);
    },
  );

  it('has an example for the library that compiles and works', async () => {
    const { exec: run, path, env } = await setStage();
    const world = { sources: [env['MIRROR']], rekorUrl: env['REKOR'], trustedRootFile: env['ROOT'] };
    const added = JSON.stringify(world).slice(1, -1);
    const code = (blocksOf('ts')[0] ?? '').replace('artifacts: [{', `${added}, artifacts: [{`);
    await writeFile(`${path}/example.ts`, code);
    await writeFile(`${path}/package.json`, '{ "type": "module" }');
    await mkdir(`${path}/node_modules`);
    await symlink(root, `${path}/node_modules/k8s-verify`, 'junction');
    await symlink(`${root}/node_modules/@types`, `${path}/node_modules/@types`, 'junction');
    const { stdout, stderr, exitCode } = await run(process.execPath, ['example.ts']);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/bin\/kubectl [0-9a-f]{64} \{/);
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', 'node'];
    const checked = await run(process.execPath, [
      `${root}/node_modules/typescript/bin/tsc`,
      ...options,
      'example.ts',
    ]);
    expect(checked.stdout).toBe('');
  });

  it('has the same check by hand', async () => {
    const { exec: run, env, path } = await setStage();
    const code = shBlock('cosign verify-blob').replace('https://dl.k8s.io', env['MIRROR'] ?? '');
    await mkdir(`${path}/bin`);
    const { exitCode, stderr } = await run('bash', ['-euo', 'pipefail', '-c', code]);
    expect(stderr).toContain('kubectl: verified');
    expect(exitCode).toBe(0);
    expect(readFileSync(`${path}/bin/kubectl`).length).toBe(100_000);
  });

  it('leads to files that there are', () => {
    const pages = ['README.md', 'docs/json.md'];
    const missing = pages.flatMap((page) =>
      Array.from(
        readFileSync(`${root}/${page}`, 'utf8').matchAll(/\]\((?!https?:)([^)#]+)/g),
        ([, link = '']) => link,
      )
        .filter((link) => !existsSync(join(root, dirname(page), link)))
        .map((link) => `${page}: ${link}`),
    );
    expect(missing).toEqual([]);
  });

  it('names commands of npm that there are', () => {
    const { scripts }: { readonly scripts: Readonly<Record<string, string>> } = JSON.parse(
      readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
    );
    const named = Array.from(shBlock('npm').matchAll(/^npm (?:run )?(\S+)/gm), ([, name = '']) => name);
    // `npm cit` is npm ci with npm test behind it.
    expect(
      named.map((name) => (name === 'cit' ? 'test' : name)).filter((name) => !(name in scripts)),
    ).toEqual([]);
  });
});

/** Whether the download or the proof is told first is a matter of milliseconds. */
function withoutDownload(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => !line.endsWith(': downloading <size>')).sort();
}
