import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { commandHelp, overviewHelp } from '../../../src/cli/help.ts';
import { OPTIONS, optionsOf, optionUsage } from '../../../src/cli/options.ts';
import { EXIT_CODE_MEANINGS } from '../../../src/exit-codes.ts';

const texts = [overviewHelp(), ...COMMANDS.map(({ name }) => commandHelp(name))];

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
    for (const code of Object.keys(EXIT_CODE_MEANINGS)) {
      expect(overviewHelp()).toMatch(new RegExp(`^ {2,4}${code} {2}\\S`, 'm'));
    }
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
