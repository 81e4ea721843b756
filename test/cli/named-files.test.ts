import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { runCli } from '#support/run-cli';
import { testDir } from '#support/test-dir';
import { localWorld } from './local-world.ts';

const SECRET = 'hunter2hunter2hunter2';
const NOT_ANSWERED = 'http://127.0.0.1:9';

/** Files that a user could name by mistake, or be led to name. None of them belongs in a log. */
const PRIVATE_FILES: readonly (readonly [string, string])[] = [
  ['a list of passwords', `root:${SECRET}:0:0\n${SECRET}\n`],
  ['a single word', SECRET],
  ['a number', '271828182845'],
  ['a JSON string', `"${SECRET}"`],
  ['a broken JSON object', `{"password": ${SECRET}}`],
  ['a JSON object of another kind', `{"password": "${SECRET}"}`],
  ['a web page', `<html>${SECRET}</html>`],
  ['a private key', `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----\n`],
];

const OPTIONS: readonly (readonly [string, readonly string[]])[] = [
  ['--trusted-root', ['verify', 'artifact', '--bundle', 'bundle', '--trusted-root', 'private']],
  ['--bundle', ['verify', 'artifact', '--bundle', 'private']],
  ['--signature', ['verify', 'artifact', '--signature', 'private', '--certificate', 'private']],
  ['--certificate', ['verify', 'artifact', '--signature', 'signature', '--certificate', 'private']],
  ['--key', ['verify', 'artifact', '--bundle', 'private', '--key', 'private']],
  ['--ca-file', ['list', '--mirror', NOT_ANSWERED, '--ca-file', 'private']],
];

describe.each(OPTIONS)('%s', (_, args) => {
  it.each(PRIVATE_FILES)('shows nothing of %s', async (_name, content) => {
    const dir = await testDir();
    await writeFile(dir.join('artifact'), 'x');
    await writeFile(dir.join('bundle'), '{}');
    await writeFile(dir.join('signature'), Buffer.from('a signature').toString('base64'));
    await writeFile(dir.join('private'), content);
    const { stdout, stderr, exitCode } = await runCli([...args, '--json', '--verbose', '--retries', '0'], {
      cwd: dir.path,
    });
    expect(exitCode).toBeGreaterThan(1);
    expect(stdout + stderr).not.toMatch(/hunter2|271828/);
  });
});

describe.each(OPTIONS)('%s', (_, args) => {
  it.each([
    ['is not there', undefined, 'no such file'],
    ['is a directory', 'directory', 'a directory'],
  ])('that %s is a mistake of the command line, with what to do about it', async (_name, kind, found) => {
    const dir = await testDir();
    await writeFile(dir.join('artifact'), 'x');
    await writeFile(dir.join('bundle'), '{}');
    await writeFile(dir.join('signature'), Buffer.from('a signature').toString('base64'));
    if (kind === 'directory') await mkdir(dir.join('private'));
    const { stderr, exitCode } = await runCli([...args, '--retries', '0'], { cwd: dir.path });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^k8s-verify: error: the .* private cannot be read\n/);
    expect(stderr).toMatch(new RegExp(`^ {2}found +${found}$`, 'm'));
    expect(stderr).toMatch(/^ {2}next +\S/m);
  });
});

describe('the file to verify', () => {
  it.each<readonly [string, readonly string[]]>([
    ['without any other file', []],
    ['with a bundle', ['--bundle', 'bundle']],
  ])('%s is asked for first', async (_, evidence) => {
    const dir = await testDir();
    await writeFile(dir.join('bundle'), '{}');
    const { stderr, exitCode } = await runCli(['verify', 'nofile', ...evidence], { cwd: dir.path });
    expect(exitCode).toBe(20);
    expect(stderr).toMatch(/^k8s-verify: error: nofile cannot be read\n {2}found +no such file\n {2}next +/);
  });

  it('is no directory', async () => {
    const dir = await testDir();
    const { stderr, exitCode } = await runCli(['verify', dir.path]);
    expect(exitCode).toBe(20);
    expect(stderr).toMatch(/^ {2}found +a directory$/m);
  });

  it.each([
    ['nothing', [], 'none of them'],
    ['a signature alone', ['kubectl.sig'], 'only kubectl.sig'],
    ['a certificate alone', ['kubectl.cert'], 'only kubectl.cert'],
  ])('with %s next to it has no evidence', async (_, names, found) => {
    const world = await localWorld(2000);
    const { dir, options } = world;
    for (const name of ['kubectl', ...names]) await writeFile(dir.join(name), 'x');
    const { stderr, exitCode } = await world.run(['verify', 'kubectl', ...options]);
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/^k8s-verify: error: nothing was found that shows who signed kubectl\n/);
    expect(stderr).toMatch(new RegExp(`^ {2}found +it does not say what it is; next to it: ${found};`, 'm'));
  });

  it.each(['.sigstore.json', '.sig', '.cert'])('is not its own evidence (%s)', async (suffix) => {
    const world = await localWorld(2000);
    const { dir, options } = world;
    for (const name of ['kubectl', `kubectl${suffix}`]) await writeFile(dir.join(name), 'x');
    const { stderr, exitCode } = await world.run(['verify', `kubectl${suffix}`, ...options]);
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/^ {2}next +name the file to verify: kubectl$/m);
  });

  it
    .skipIf(process.platform === 'win32')
    .each([['kubectl.sigstore.json'], ['kubectl.sig'], ['kubectl.cert']])(
    'is not kept waiting by a pipe next to it called %s (needs mkfifo)',
    async (name) => {
      const world = await localWorld(2000);
      const { dir, options } = world;
      await writeFile(dir.join('kubectl'), 'x');
      execFileSync('mkfifo', [dir.join(name)]);
      const run = await world.run(['verify', 'kubectl', ...options], { timeoutMs: 20_000 });
      expect(run).toMatchObject({ exitCode: 4, signal: null });
      expect(run.stderr).toMatch(/next to it: a pipe or a device;/);
    },
  );

  it('is told apart from a bundle next to it that cannot be read', async () => {
    const dir = await testDir();
    await writeFile(dir.join('kubectl'), 'x');
    await writeFile(dir.join('kubectl.sigstore.json'), 'x');
    const { stderr, exitCode } = await runCli(['verify', 'kubectl'], { cwd: dir.path });
    expect(exitCode).toBe(11);
    expect(stderr).toMatch(/^k8s-verify: refused: the bundle kubectl\.sigstore\.json is not strict JSON\n/);
  });
});
