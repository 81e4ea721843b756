/**
 * Every block of code in README.md, run on the stage of `stage.ts`. What is not run there:
 *
 * - npm is not run within its own tests: its commands must be scripts of package.json, and CI runs them.
 * - The example for the library is run in library.test.ts.
 * - The steps for workflows are held against action.yml, in test/action/workflows.test.ts.
 * - Dates and digests of the transcript are compared by their shape.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { blocksIn, blocksOf, readPage, readTranscript } from './blocks.ts';
import { asReadersSeeIt, setStage } from './stage.ts';

const PAGE = 'README.md';

function shBlock(containing: string): string {
  const found = blocksOf(PAGE, 'sh').find((code) => code.includes(containing));
  if (found === undefined) throw new Error(`no block has ${containing}`);
  return found;
}

/**
 * What differs in every run, and in a run with made-up bytes. Standard output and standard error are one text here, in the
 * order in which they arrived, so that their lines are compared without their order.
 */
function shapeOf(transcript: string): readonly string[] {
  return transcript
    .replaceAll(/[0-9a-f]{64}/g, '<sha256>')
    .replaceAll(/\d{4}-\d\d-\d\d/g, '<date>')
    .trimEnd()
    .split('\n')
    .sort();
}

describe('README.md', () => {
  it('is at most 180 lines long', () => {
    expect(readPage(PAGE).trimEnd().split('\n').length).toBeLessThanOrEqual(180);
  });

  it('has a line for each way to get k8s-verify that docs/install.md has', () => {
    const table = /^\| Way \|[\s\S]*?\n\n/m.exec(readPage('docs/install.md'))?.[0] ?? '';
    const ways = Array.from(table.matchAll(/^\| \[[^\]]*\]\(([^)]*)\)/gm), ([, target = '']) =>
      target.startsWith('#') ? `docs/install.md${target}` : `docs/${target}`,
    );
    expect(ways.length).toBeGreaterThan(9);
    const install = readPage(PAGE).split('\n## ')[1] ?? '';
    expect(ways.filter((target) => !install.includes(`(${target})`))).toEqual([]);
  });

  it('has no block that is not run', () => {
    const languages = blocksIn(PAGE).map(({ language }) => language);
    expect(languages).toEqual(['console', 'sh', 'sh', 'yaml', 'sh', 'sh', 'sh', 'ts']);
  });

  it('shows what happens: an install, and a mirror that is refused', async () => {
    const { commands, shown } = readTranscript(blocksOf(PAGE, 'console')[0] ?? '');
    await using stage = await setStage();
    const runs = [];
    for (const command of commands) runs.push(await stage.exec('sh', ['-c', command]));
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 12]);
    const output = runs.map((run) => asReadersSeeIt(stage, run.output)).join('');
    expect(shapeOf(shown)).toEqual(shapeOf(output));
  });

  it('has commands that work', async () => {
    await using stage = await setStage();
    const ran = await stage.exec('sh', ['-exc', shBlock('k8s-verify list')]);
    expect(ran.stderr).toContain('k8s-verify verify k8s/kubectl');
    expect(ran).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(readFileSync(`${stage.path}/result.json`, 'utf8'))).toMatchObject({ ok: true });
  });

  it('makes stages with proven digests for a Dockerfile', async () => {
    await using stage = await setStage();
    const ran = await stage.exec('sh', ['-exc', shBlock('--format dockerfile')]);
    expect(ran).toMatchObject({ exitCode: 0 });
    const stages = readFileSync(`${stage.path}/stages.Dockerfile`, 'utf8');
    expect(stages.match(/^ADD .*--checksum=sha256:[0-9a-f]{64} /gm)?.length).toBe(2);
    expect(stages).toContain('AS kubectl\n');
    expect(stages).toContain('COPY --from=kubectl /kubectl /usr/local/bin/');
  });

  it('carries a proof to a machine without a network', async () => {
    await using stage = await setStage();
    const ran = await stage.exec('sh', ['-exc', shBlock('carry')]);
    expect(ran).toMatchObject({ exitCode: 0 });
  });

  it('has the same check by hand', async () => {
    await using stage = await setStage();
    const code = shBlock('cosign verify-blob').replace('https://dl.k8s.io', stage.env['MIRROR'] ?? '');
    const { exitCode, stdout } = await stage.exec('bash', ['-euo', 'pipefail', '-c', code]);
    expect(stdout).toMatch(/^genuine\t.*kubectl\t/m);
    expect(exitCode).toBe(0);
  });

  it('names commands of npm that there are', () => {
    const { scripts }: { readonly scripts: Readonly<Record<string, string>> } = JSON.parse(
      readPage('package.json'),
    );
    const named = Array.from(shBlock('npm').matchAll(/^npm (?:run )?(\S+)/gm), ([, name = '']) => name);
    // `npm cit` is npm ci with npm test behind it.
    expect(
      named.map((name) => (name === 'cit' ? 'test' : name)).filter((name) => !(name in scripts)),
    ).toEqual([]);
  });
});
