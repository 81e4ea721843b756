import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { renderManualPages } from '../../scripts/render-man.ts';
import { createProgram } from '../../src/cli/program.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manual = renderManualPages();
const pages = [...manual.keys()].map((name) => `man/${name}`);

function run(command: string, args: readonly string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}` };
}

function has(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).error === undefined;
}

/** How groff prints bold for a line printer. */
const OVERSTRUCK = new RegExp(String.raw`.\x08`, 'g');

describe('the manual pages', () => {
  it('are written from the declaration of the command line, and no other is there', () => {
    for (const [name, page] of manual) expect(readFileSync(`${root}/man/${name}`, 'utf8')).toBe(page);
    expect(readdirSync(`${root}/man`).sort()).toEqual([...manual.keys()].sort());
  });

  it('are one for each command, and what the package installs', () => {
    for (const command of createProgram().strictCommands) {
      expect(pages).toContain(`man/k8s-verify-${command.name()}.1`);
    }
    const { man, files } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
    expect(man.toSorted()).toEqual(pages.map((page) => `./${page}`).sort());
    expect(files).toContain('man');
  });

  it.skipIf(!has('groff', ['--version']))('have nothing that groff warns of (needs groff)', () => {
    for (const page of pages) {
      expect([page, run('groff', ['-man', '-ww', '-z', page])]).toEqual([page, { status: 0, output: '' }]);
    }
  });

  it.skipIf(!has('mandoc', ['-h']))(
    'have nothing but their missing date that mandoc warns of (needs mandoc)',
    () => {
      const { output } = run('mandoc', ['-T', 'lint', '-W', 'warning', ...pages]);
      expect(output.split('\n').filter((line) => line !== '' && !line.includes('missing date'))).toEqual([]);
    },
  );

  it.skipIf(!has('groff', ['--version']))(
    'show every option of their command, to be copied as it is (needs groff)',
    () => {
      for (const command of createProgram().strictCommands) {
        const page = `man/k8s-verify-${command.name()}.1`;
        const { output } = run('groff', ['-man', '-T', 'ascii', '-P', '-c', page]);
        const text = output.replaceAll(OVERSTRUCK, '');
        for (const { long } of command.everyOption) {
          expect(text).toMatch(new RegExp(`^ +(?:-\\w, )?${long}\\b`, 'm'));
        }
      }
    },
  );
});
