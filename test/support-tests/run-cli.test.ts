import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '#support/run-cli';
import { runProgram } from '#support/run-program';
import { snapshot } from '#support/temp-dir';
import { testDir } from '#support/test-dir';

async function scriptOf(source: string): Promise<string> {
  const dir = await testDir();
  writeFileSync(dir.join('script.mjs'), source);
  return dir.join('script.mjs');
}

describe('running a program', () => {
  it('returns exit code and output, in a clean environment', async () => {
    const script = await scriptOf(
      'console.log(JSON.stringify(Object.keys(process.env).sort())); console.error(process.argv[2]); process.exitCode = 7;',
    );
    const result = await runCli(['argument'], { script, env: { EXTRA: '1' } });
    expect(result).toMatchObject({ exitCode: 7, signal: null, stderr: 'argument\n' });
    const names = JSON.parse(result.stdout);
    expect(names).toEqual(expect.arrayContaining(['EXTRA', 'HOME', 'PATH']));
    expect(names).not.toContain('npm_config_user_agent');
    expect(names).not.toContain('VITEST');
  });

  it('sends Ctrl-C once stderr matches', async () => {
    const script = await scriptOf(
      "process.on('SIGINT', () => process.exit(130)); setInterval(() => {}, 1000); console.error('downloading');",
    );
    const result = await runCli([], { script, interrupt: { when: /downloading/ } });
    expect(result).toMatchObject({ exitCode: 130, signal: null });
  });

  it('kills a run that hangs', async () => {
    const script = await scriptOf('setInterval(() => {}, 1000);');
    const result = await runCli([], { script, timeoutMs: 300 });
    expect(result).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
  });
});

describe('running any program', () => {
  const SCRIPT =
    "const { A } = process.env; process.stdout.write(`${A} ${Object.keys(process.env).length} `, () => process.stderr.write('end'));";

  it('gives it the environment that is named and no more, and tells its output in order', async () => {
    const env = { A: 'a', B: undefined, K8S_VERIFY_DATA_DIR: undefined };
    const run = await runProgram([process.execPath, '--eval', SCRIPT], { env });
    expect(run).toEqual({ exitCode: 0, signal: null, stdout: 'a 1 ', stderr: 'end', output: 'a 1 end' });
  });

  it.each([
    ['below its home', { HOME: '/home/you' }, '/home/you/.local/share/k8s-verify'],
    ['that is named', { HOME: '/home/you', K8S_VERIFY_DATA_DIR: '/data' }, '/data'],
  ])('gives it a data directory %s', async (_, env, expected) => {
    const script = 'process.stdout.write(process.env.K8S_VERIFY_DATA_DIR)';
    const run = await runProgram([process.execPath, '--eval', script], { env });
    expect(run.stdout).toBe(expected);
  });

  it('gives it a directory of its own where it has no home, and never that of the machine', async () => {
    const script = 'process.stdout.write(process.env.K8S_VERIFY_DATA_DIR)';
    const run = await runProgram([process.execPath, '--eval', script], { env: {} });
    expect(dirname(run.stdout)).toBe(tmpdir());
  });

  it('fails where there is no such program', async () => {
    await expect(runProgram(['/nowhere/program'], { env: {} })).rejects.toThrow('ENOENT');
  });
});

describe('a snapshot', () => {
  it('lists every file with mode and digest, directories and links', async () => {
    const dir = await testDir();
    mkdirSync(dir.join('sub'));
    chmodSync(dir.join('sub'), 0o750);
    writeFileSync(dir.join('sub', 'file'), '', { mode: 0o600 });
    symlinkSync('sub/file', dir.join('link'));
    expect(await snapshot(dir.path)).toEqual({
      link: 'link -> sub/file',
      sub: 'directory 0750',
      'sub/file': 'file 0600 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    });
    expect(await snapshot(dir.join('nowhere'))).toEqual({});
  });
});
