/** The same command lines as on the screens, with `--json`: every real answer is held to the published schema. */
import { describe, expect, it } from 'vitest';
import { NO_OTHER_USER } from '#support/other-user';
import { COMMANDS } from '../../src/cli/add-command.ts';
import { schemaFaults } from '../cli/result-schema.ts';
import { EXIT_CODE_MEANINGS } from '../../src/exit-codes.ts';
import type { ArtifactResult } from '../../src/result.ts';
import type { FailedVerdict } from '../../src/verdict.ts';
import { createAuthorities } from './internet.ts';
import { ANSWERS, FAILURES, FOR_PROGRAMS } from './scenes.ts';
import { asJson, type Scene } from './screen.ts';

/** Exit codes of runs that no scene can be, and where their answers are held to the schema. */
const ELSEWHERE: Readonly<Record<number, string>> = {
  1: 'test/cli/broken-crypto.test.ts',
  130: 'test/cli/process.test.ts',
};

/** The compiler holds the names to the types. */
const VERDICTS: Readonly<Record<ArtifactResult['claim'] | FailedVerdict, true>> = {
  genuine: true,
  attested: true,
  refused: true,
  unsigned: true,
  'not-allowed': true,
  'not-judged': true,
  'other-builder': true,
  unreadable: true,
  missing: true,
  inconsistent: true,
};

const authorities = createAuthorities();
const codes = new Set<number | null>();
const verdicts = new Set<unknown>();
const commands = { answered: new Set<unknown>(), failed: new Set<unknown>() };

interface Printed {
  readonly exitCode: number;
  readonly command?: unknown;
  readonly ok: boolean;
  readonly artifacts?: readonly { readonly verdict?: unknown }[];
  /** Of digest and lock, which have no verdict, as well. */
  readonly results?: readonly { readonly verdict?: unknown }[];
}

const isPossible = ({ unprivileged }: Scene): boolean => unprivileged !== true || NO_OTHER_USER === undefined;
const PLAIN = FOR_PROGRAMS.filter(({ typed }) => !typed.includes('--json'));
const SCENES = [...ANSWERS, ...FAILURES, ...PLAIN].filter(isPossible);

describe('with --json, the answer', () => {
  it.concurrent.each(SCENES.map((scene) => [scene.name, scene] as const))(
    'of %s is as the schema says',
    async (_, scene) => {
      const { stdout, stderr, exitCode } = await asJson(authorities, scene);
      const printed: Printed = JSON.parse(stdout);
      expect({ faults: schemaFaults(printed), exitCode: printed.exitCode }).toEqual({ faults: [], exitCode });
      // What doctor finds is its answer, and no error of its own.
      expect(stderr === '').toBe(exitCode === 0 || 'findings' in printed);
      codes.add(exitCode);
      (printed.ok ? commands.answered : commands.failed).add(printed.command);
      for (const { verdict } of [...(printed.artifacts ?? []), ...(printed.results ?? [])])
        verdicts.add(verdict);
    },
  );
});

describe('the answers together', () => {
  it('are of every command, and a failure of every one', () => {
    expect({
      answered: COMMANDS.filter((name) => !commands.answered.has(name)),
      // `version` takes no words, and of a line that is not understood no command is told.
      failed: COMMANDS.filter((name) => name !== 'version' && !commands.failed.has(name)),
    }).toEqual({ answered: [], failed: [] });
  });

  it('have every exit code that a run can end with', () => {
    const all = Object.keys(EXIT_CODE_MEANINGS).map(Number);
    expect(all.filter((code) => !codes.has(code) && !(code in ELSEWHERE))).toEqual([]);
  });

  it('have every verdict', () => {
    expect(Object.keys(VERDICTS).filter((one) => !verdicts.has(one))).toEqual([]);
  });
});
