import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { commandHelp, overviewHelp } from '../../../src/cli/help.ts';
import { OPTIONS, optionsOf, optionUsage } from '../../../src/cli/options.ts';
import { EXIT_CODE_MEANINGS } from '../../../src/exit-codes.ts';

const texts = [overviewHelp(), ...COMMANDS.map(({ name }) => commandHelp(name))];

function exitCodesOf(text: string): readonly number[] {
  const table = text.slice(text.indexOf('\nExit codes:\n'));
  return Array.from(table.matchAll(/^ {2,4}(\d+) {2}\S/gm), ([, code]) => Number(code));
}

function squeezed(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

describe('help', () => {
  it('fits 80 columns', () => {
    const long = texts.flatMap((text) => text.split('\n')).filter((line) => line.length > 80);
    expect(long).toEqual([]);
  });

  it('shows every option of a command, and none of another', () => {
    for (const { name } of COMMANDS) {
      const shown = commandHelp(name)
        .split('\n')
        .flatMap((line) => /^ {2}(?:-\w, )?(?<long>--[\w-]+)/.exec(line)?.groups?.['long'] ?? []);
      expect(shown.sort()).toEqual(
        optionsOf(name)
          .map((option) => `--${option.name}`)
          .sort(),
      );
    }
  });

  it('shows every command and every exit code', () => {
    for (const { name, summary } of COMMANDS) {
      expect(overviewHelp().replaceAll(/\s+/g, ' ')).toContain(`${name} ${summary}`);
    }
    expect(exitCodesOf(overviewHelp())).toEqual(Object.keys(EXIT_CODE_MEANINGS).map(Number));
  });

  it('shows of a command the exit codes that it can end with, and what 0 says of it', () => {
    expect(exitCodesOf(commandHelp('completion'))).toEqual([0, 1, 2]);
    expect(exitCodesOf(commandHelp('list'))).toEqual([0, 1, 2, 3, 4, 130]);
    expect(exitCodesOf(commandHelp('verify'))).not.toContain(3);
    for (const { name, success, failures } of COMMANDS) {
      expect(exitCodesOf(commandHelp(name))).toEqual([0, ...failures]);
      expect(commandHelp(name)).toContain(`\n    0  ${success}`);
      for (const code of failures) expect(squeezed(commandHelp(name))).toContain(EXIT_CODE_MEANINGS[code]);
    }
  });

  it.each(['verify', 'list', 'doctor', 'completion'] as const)(
    'speaks in that of %s of nothing that only an install does',
    (name) => {
      expect(commandHelp(name)).not.toMatch(/DIR\/OS-ARCH|install to|each download|instead of keeping/);
    },
  );

  it('tells the defaults that a command has for itself', () => {
    expect(squeezed(commandHelp('doctor'))).toMatch(/--retries N .*?; default: 0 --/);
    expect(squeezed(commandHelp('install'))).toMatch(/--retries N .*?; default: 5 --/);
    expect(squeezed(commandHelp('verify'))).toContain('-o, --output DIR with --extract, the directory');
    expect(squeezed(commandHelp('list'))).toContain('default: every one');
  });

  it('has one meaning for each option', () => {
    const usages = OPTIONS.map(optionUsage);
    expect(new Set(usages).size).toBe(usages.length);
    const letters = OPTIONS.flatMap(({ short }) => short ?? []);
    expect(new Set(letters).size).toBe(letters.length);
  });

  it('never tells how to check less', () => {
    for (const text of texts) expect(text).not.toMatch(/skip|insecure|disable|no-verify|ignore/i);
  });
});
