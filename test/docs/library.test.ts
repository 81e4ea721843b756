/**
 * Every example of docs/library.md and the one of README.md, run one after the other in one directory, as a reader would,
 * and compiled against the types of the package. What differs from a reader's machine is in {@link PACKAGE}: requests that
 * name no servers go to the stage's.
 */
import { spawnSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, describe, it } from 'vitest';
import type { ProgramRun } from '#support/run-program';
import { blocksIn, blocksOf } from './blocks.ts';
import { ROOT, setStage, type Stage } from './stage.ts';

const PACKAGE = `
import * as library from ${JSON.stringify(pathToFileURL(join(ROOT, 'dist/index.js')).href)};
export * from ${JSON.stringify(pathToFileURL(join(ROOT, 'dist/index.js')).href)};
const { MIRROR, REKOR, TRUSTED_ROOT } = process.env;
const from = { sources: [MIRROR] };
const rooted = (options) => ({
  rekorUrl: REKOR,
  ...('trustedRoot' in options ? {} : { trustedRootPath: TRUSTED_ROOT }),
  ...options,
});
export const install = (input, client) =>
  library.install(rooted({ platform: 'linux/amd64', ...from, ...input }), client);
export const digest = (input, client) => library.digest(rooted({ ...from, ...input }), client);
export const lock = (input, client) => library.lock(rooted({ ...from, ...input }), client);
export const mirror = (input, client) => library.mirror(rooted({ ...from, ...input }), client);
export const checkMirror = (input, client) =>
  library.checkMirror({ trustedRootPath: TRUSTED_ROOT, ...input }, client);
export const release = (input, client) => library.release(rooted({ ...from, ...input }), client);
export const scan = (input, client) => library.scan(rooted({ ...from, ...input }), client);
export const verify = (input, options = {}, client) => library.verify(input, rooted(options), client);
export const list = (input = {}, client) => library.list({ ...from, ...input }, client);
export const resolveVersion = (version, options = {}, client) =>
  library.resolveVersion(version, { ...from, ...options }, client);
`;

async function prepare({ path }: Stage): Promise<void> {
  const modules = join(path, 'node_modules');
  await mkdir(join(modules, 'k8s-verify'), { recursive: true });
  const manifest = { name: 'k8s-verify', type: 'module', exports: './index.js' };
  await writeFile(join(modules, 'k8s-verify/package.json'), JSON.stringify(manifest));
  await writeFile(join(modules, 'k8s-verify/index.js'), PACKAGE);
}

const KUBECTL = 'release/v1.26.4/bin/linux/amd64/kubectl';

/** The directory that the example of a store reads: a part of the stage's server. */
async function fillMirror({ path, env }: Stage): Promise<void> {
  await mkdir(join(path, 'mirror', dirname(KUBECTL)), { recursive: true });
  for (const suffix of ['', '.sig', '.cert']) {
    const response = await fetch(`${env['MIRROR']}/${KUBECTL}${suffix}`);
    expect(response.status).toBe(200);
    await writeFile(join(path, 'mirror', `${KUBECTL}${suffix}`), await response.bytes());
  }
}

/** Runs the examples in their order; what each prints. */
async function run(stage: Stage, examples: readonly string[]): Promise<readonly ProgramRun[]> {
  await prepare(stage);
  const runs: ProgramRun[] = [];
  for (const [index, code] of examples.entries()) {
    await writeFile(join(stage.path, `example-${index}.mts`), code);
    runs.push(await stage.exec(process.execPath, [`example-${index}.mts`]));
  }
  return runs;
}

const examples = blocksOf('docs/library.md', 'ts');
const SHA256 = /[0-9a-f]{64}/;

describe('docs/library.md', () => {
  it('has no block that is not run', () => {
    expect(blocksIn('docs/library.md').map(({ language }) => language)).toEqual(examples.map(() => 'ts'));
  });

  it('has examples that work, and end without being told to', async () => {
    await using stage = await setStage();
    await fillMirror(stage);
    const runs = await run(stage, examples);
    expect(runs.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual(
      examples.map(() => ({ exitCode: 0, stderr: '' })),
    );
    const printed = runs.map(({ stdout }) => stdout);
    expect(printed).toEqual([
      expect.stringMatching(/bin\/kubectl [0-9a-f]{64} \{/),
      '',
      expect.stringMatching(/^kubectl linux\/amd64 [0-9a-f]{64} \S+\/kubectl\n0\n$/),
      '',
      expect.stringMatching(/^verified \d{4}-/),
      expect.stringMatching(SHA256),
      expect.stringContaining('krel-staging@'),
      'do not use it: digest-mismatch 12\n',
      expect.stringContaining('kubelet v1.30.2 linux/amd64 identity\n'),
      '',
      `mirror/${KUBECTL}\n`,
      'PASSED true\n',
      expect.stringMatching(/^v1\.30\.2 \d+ \S+\n$/),
      'k8s-verify.lock.json true v1.26.4\n',
      'added kubectl\nadded kubernetes-release.spdx\ngenuine\ngenuine\n',
      '1\ngenuine\n',
      expect.stringMatching(
        /^genuine bin\/linux\/arm64\/kubectl [0-9a-f]{64}\nkubernetes-release\.spdx agrees /,
      ),
    ]);
  });
});

describe('the example of README.md', () => {
  it('works', async () => {
    await using stage = await setStage();
    const [first] = await run(stage, blocksOf('README.md', 'ts'));
    expect(first).toMatchObject({ exitCode: 0, stderr: '' });
    expect(first?.stdout).toMatch(/bin\/kubectl [0-9a-f]{64} \{/);
  });
});

describe('all examples', () => {
  it('compile against the types of the package', async () => {
    await using stage = await setStage();
    const modules = join(stage.path, 'node_modules');
    await mkdir(modules);
    await symlink(ROOT, join(modules, 'k8s-verify'), 'junction');
    await symlink(join(ROOT, 'node_modules/@types'), join(modules, '@types'), 'junction');
    const all = [...examples, ...blocksOf('README.md', 'ts')];
    const names = all.map((_, index) => `example-${index}.mts`);
    for (const [index, code] of all.entries())
      await writeFile(join(stage.path, `example-${index}.mts`), code);
    const checks = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--skipLibCheck'];
    const target = ['--module', 'nodenext', '--target', 'esnext', '--types', 'node'];
    const { stdout } = await stage.exec(process.execPath, [
      join(ROOT, 'node_modules/typescript/bin/tsc'),
      ...checks,
      ...target,
      ...names,
    ]);
    expect(stdout).toBe('');
  });
});

describe('docs/api.md', () => {
  it('is what the comments say', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/render-api.ts', '--check'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
