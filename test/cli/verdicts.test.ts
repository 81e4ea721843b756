/** `verify` of several files: each has a verdict of its own, and the worst decides the exit code. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type LocalWorld, localWorld } from './local-world.ts';

interface Judged {
  readonly world: LocalWorld;
  /** `--rekor-url` and `--trusted-root`. */
  readonly log: readonly string[];
}

/** `good` is genuine; `changed` has the bundle of another; `bare` has no evidence; `gone` is not there. */
async function someFiles(): Promise<Judged> {
  const world = await localWorld(2000);
  const bytes = Buffer.from('a file');
  const bundle = world.sigstore.signBlob({ bytes }).bundle('0.3');
  for (const name of ['good', 'changed', 'changed-too']) {
    await writeFile(world.dir.join(name), name === 'good' ? bytes : `${name}: other bytes`);
    await writeFile(world.dir.join(`${name}.sigstore.json`), bundle);
  }
  await writeFile(world.dir.join('bare'), 'nothing next to it');
  await mkdir(world.dir.join('directory'));
  return { world, log: world.options.slice(2) };
}

describe('verify of several files', () => {
  it('has a line for each in a pipe, in the order that was asked for', async () => {
    const { world, log } = await someFiles();
    const names = ['changed', 'good', 'bare', 'gone', 'directory'];
    const run = await world.run(['verify', ...names, ...log]);
    const fields = run.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split('\t'));
    expect(fields.map(([verdict, path]) => [verdict, path])).toEqual(
      ['refused', 'genuine', 'not-judged', 'unreadable', 'unreadable'].map((verdict, index) => [
        verdict,
        world.dir.join(names[index] ?? ''),
      ]),
    );
    expect(new Set(fields.map(({ length }) => length))).toEqual(new Set([6]));
    expect(run.exitCode).toBe(12);
  });

  it('tells the first of each kind in full, the others in one line, and the exit code once', async () => {
    const { world, log } = await someFiles();
    const run = await world.run(['verify', 'changed', 'changed-too', 'good', ...log, '--quiet']);
    expect(run.exitCode).toBe(12);
    expect(run.stderr).toMatch(
      /^k8s-verify: refused: changed\.sigstore\.json, found next to the file, is of another file\n {2}wanted /,
    );
    expect(run.stderr.match(/^ {2}wanted /gm)).toHaveLength(1);
    expect(run.stderr).toContain('\nk8s-verify: refused: changed-too.sigstore.json, found next to the file');
    expect(run.stderr).toMatch(
      /\n1 of 3 genuine, 2 refused\. Do not use changed, changed-too\. Exit code 12 \(k8s-verify help 12\)\n$/,
    );
  });

  it('ends with 0 where all are genuine', async () => {
    const { world, log } = await someFiles();
    const run = await world.run(['verify', 'good', './good', ...log]);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout.match(/^genuine\t/gm)).toHaveLength(2);
  });

  it.each([
    [['bare', 'gone'], 4, '0 of 2 genuine, 1 not judged, 1 not readable. Exit code 4'],
    [['gone', 'good'], 20, '1 of 2 genuine, 1 not readable. Exit code 20'],
    [['good', 'bare', 'changed'], 12, 'Exit code 12'],
  ])('ends with the worst of %j', async (names, exitCode, last) => {
    const { world, log } = await someFiles();
    const run = await world.run(['verify', ...names, ...log]);
    expect(run.exitCode).toBe(exitCode);
    expect(run.stderr).toContain(last);
  });

  it('judges none with a trusted root that is none', async () => {
    const { world } = await someFiles();
    const run = await world.run(['verify', 'good', 'changed', '--trusted-root', 'bare', '--json']);
    expect(run.exitCode).toBe(18);
    expect(JSON.parse(run.stdout)).toMatchObject({ artifacts: [], error: { code: 'trusted-root-invalid' } });
  });

  it('has each with its verdict in JSON, and the deciding reason at the top', async () => {
    const { world, log } = await someFiles();
    const run = await world.run(['verify', 'bare', 'changed', 'good', ...log, '--json']);
    expect(JSON.parse(run.stdout)).toMatchObject({
      ok: false,
      exitCode: 12,
      error: { code: 'digest-mismatch', exitCode: 12 },
      artifacts: [
        { verdict: 'not-judged', path: world.dir.join('bare'), error: { code: 'evidence-not-found' } },
        {
          verdict: 'refused',
          path: world.dir.join('changed'),
          error: { code: 'digest-mismatch', exitCode: 12 },
        },
        { verdict: 'genuine', claim: 'genuine', path: world.dir.join('good') },
      ],
    });
  });

  it('of one file says the same as ever, with its verdict in a pipe and in JSON', async () => {
    const { world, log } = await someFiles();
    const run = await world.run(['verify', 'changed', ...log]);
    const sha256 = createHash('sha256')
      .update(readFileSync(world.dir.join('changed')))
      .digest('hex');
    expect(run.stdout).toBe(`refused\t${world.dir.join('changed')}\t\t\t\t${sha256}\n`);
    expect(run.stderr).toMatch(/Do not use changed\. Exit code 12 \(k8s-verify help 12\)\n$/);
    const json = await world.run(['verify', 'changed', ...log, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ artifacts: [{ verdict: 'refused', sha256 }] });
    const digest = `sha256:${'0'.repeat(64)}`;
    const other = await world.run(['verify', digest, '--bundle', 'good.sigstore.json', ...log, '--json']);
    expect(JSON.parse(other.stdout)).toMatchObject({
      exitCode: 12,
      artifacts: [{ verdict: 'refused', sha256: '0'.repeat(64) }],
    });
  });
});
