import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { renderManualPage } from '../../scripts/render-man.ts';
import { OPTIONS } from '../../src/cli/options.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = 'man/k8s-verify.1';

function run(command: string, args: readonly string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}` };
}

function has(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).error === undefined;
}

/** How groff prints bold for a line printer. */
const OVERSTRUCK = new RegExp(String.raw`.\x08`, 'g');

describe('the manual page', () => {
  it('is written from the tables of --help', () => {
    expect(readFileSync(`${root}/${page}`, 'utf8')).toBe(renderManualPage());
  });

  it('is what the package installs', () => {
    expect(JSON.parse(readFileSync(`${root}/package.json`, 'utf8'))).toMatchObject({
      man: `./${page}`,
      files: expect.arrayContaining(['man']),
    });
  });

  it.skipIf(!has('groff', ['--version']))('has nothing that groff warns of (needs groff)', () => {
    expect(run('groff', ['-man', '-ww', '-z', page])).toEqual({ status: 0, output: '' });
  });

  it.skipIf(!has('mandoc', ['-h']))(
    'has nothing but its missing date that mandoc warns of (needs mandoc)',
    () => {
      const { output } = run('mandoc', ['-T', 'lint', '-W', 'warning', page]);
      expect(output.split('\n').filter((line) => line !== '' && !line.includes('missing date'))).toEqual([]);
    },
  );

  it.skipIf(!has('groff', ['--version']))(
    'shows every command and option, to be copied as they are (needs groff)',
    () => {
      const { output } = run('groff', ['-man', '-T', 'ascii', '-P', '-c', page]);
      const text = output.replaceAll(OVERSTRUCK, '');
      for (const { name } of COMMANDS)
        expect(text).toContain(`k8s-verify ${name === 'install' ? '[install]' : name}`);
      for (const { name } of OPTIONS) expect(text).toMatch(new RegExp(`^ +(?:-\\w, )?--${name}\\b`, 'm'));
    },
  );
});
