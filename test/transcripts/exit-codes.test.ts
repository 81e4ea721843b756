/** The exit codes that the help of a command names are those that it can end with: each is shown by some run. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type CommandName, COMMANDS } from '../../src/cli/add-command.ts';
import { commandNames, createProgram } from '../../src/cli/program.ts';
import type { ExitCode } from '../../src/exit-codes.ts';

const here = new URL('./', import.meta.url);
const root = new URL('../../', import.meta.url);

/** Any command: its output cannot be written. */
const FULL_DISK = 'test/cli/full-output.test.ts';
/** Any command that waits: Ctrl-C. */
const INTERRUPTED = 'test/cli/process.test.ts';
const TIMES = 'test/vectors/timestamp.ts';
/** Two signed manifests of one release that disagree. */
const MANIFESTS = 'test/stories/evidence-store.test.ts';
const CHAIN = 'test/vectors/chain.ts';
const DIGEST = 'test/stories/digest-refusals.test.ts';
const LOCK = 'test/stories/lock.test.ts';
const MIRROR = 'test/mirror/fill.test.ts';
const DOCTOR = 'test/cli/doctor.test.ts';
const REFRESH = 'test/unit/trust/refresh-root.test.ts';
const RELEASE = 'test/stories/release.test.ts';
const SCAN = 'test/stories/scan.test.ts';
const POLICY = 'test/cli/policy.test.ts';
const TRUSTED_ROOT = 'test/cli/trusted-root.test.ts';

/** Codes that no transcript ends with, and the test that shows them. */
const ELSEWHERE: Readonly<Record<CommandName, Readonly<Partial<Record<ExitCode, string>>>>> = {
  install: { 1: FULL_DISK, 17: TIMES, 130: INTERRUPTED },
  verify: { 1: FULL_DISK, 22: MANIFESTS, 23: POLICY, 130: INTERRUPTED },
  // It proves as verify does, with the same code.
  scan: {
    1: FULL_DISK,
    2: SCAN,
    3: SCAN,
    5: 'test/stories/cannot-judge.test.ts',
    10: SCAN,
    11: SCAN,
    13: SCAN,
    14: SCAN,
    15: SCAN,
    16: SCAN,
    17: TIMES,
    18: SCAN,
    19: SCAN,
    22: MANIFESTS,
    23: POLICY,
    24: SCAN,
    130: INTERRUPTED,
  },
  // It proves as digest does, and judges each file as verify does.
  release: {
    1: FULL_DISK,
    4: RELEASE,
    5: 'test/stories/cannot-judge.test.ts',
    10: RELEASE,
    11: RELEASE,
    12: 'test/stories/release-deep.test.ts',
    13: RELEASE,
    14: CHAIN,
    15: RELEASE,
    16: RELEASE,
    17: TIMES,
    18: DIGEST,
    19: RELEASE,
    20: 'test/stories/release-write.test.ts',
    23: RELEASE,
    130: INTERRUPTED,
  },
  // What refuses evidence is the proof that `install` and `verify` have.
  digest: {
    1: FULL_DISK,
    5: DIGEST,
    12: DIGEST,
    13: DIGEST,
    14: CHAIN,
    17: TIMES,
    18: DIGEST,
    19: DIGEST,
    22: MANIFESTS,
    23: POLICY,
    130: INTERRUPTED,
  },
  mirror: {
    1: FULL_DISK,
    5: DIGEST,
    10: DIGEST,
    11: DIGEST,
    13: DIGEST,
    14: CHAIN,
    15: DIGEST,
    16: DIGEST,
    17: TIMES,
    18: DIGEST,
    19: DIGEST,
    20: MIRROR,
    22: MIRROR,
    23: POLICY,
    130: INTERRUPTED,
  },
  lock: {
    1: FULL_DISK,
    5: DIGEST,
    11: DIGEST,
    13: DIGEST,
    14: CHAIN,
    15: DIGEST,
    17: TIMES,
    18: DIGEST,
    19: LOCK,
    20: LOCK,
    23: POLICY,
    130: INTERRUPTED,
  },
  list: { 1: FULL_DISK, 130: INTERRUPTED },
  doctor: { 1: FULL_DISK, 3: DOCTOR, 5: DOCTOR, 20: DOCTOR, 130: INTERRUPTED },
  'trusted-root': {
    1: FULL_DISK,
    4: TRUSTED_ROOT,
    5: REFRESH,
    11: REFRESH,
    20: TRUSTED_ROOT,
    130: INTERRUPTED,
  },
  policy: { 1: FULL_DISK },
  completion: { 1: FULL_DISK },
  help: { 1: FULL_DISK },
  version: { 1: FULL_DISK },
};

const NAMES: ReadonlySet<string> = new Set(commandNames());

function commandOf(typed: string): string {
  const word = typed.split(' ').find((one) => NAMES.has(one)) ?? 'install';
  return word === 'ls' ? 'list' : word;
}

/** `install 12`, for every command line that is recorded, and for every step `exit`. */
function readShown(): ReadonlySet<string> {
  const found = new Set<string>();
  for (const file of readdirSync(new URL('screens/', here))) {
    const lines = readFileSync(new URL(`screens/${file}`, here), 'utf8')
      .trimEnd()
      .split('\n');
    const typed = lines[0]?.replace('$ k8s-verify ', '') ?? '';
    found.add(`${commandOf(typed)} ${/exit code (\d+)/.exec(lines.at(-1) ?? '')?.[1]}`);
  }
  for (const file of readdirSync(here).filter((name) => name.endsWith('.txt'))) {
    let typed = '';
    for (const line of readFileSync(new URL(file, here), 'utf8').split('\n')) {
      typed = /^(?:! )?k8s-verify (?<typed>.*)/.exec(line)?.groups?.['typed'] ?? typed;
      const code = /^exit (?<code>\d+)/.exec(line)?.groups?.['code'];
      if (code !== undefined) found.add(`${commandOf(typed)} ${code}`);
    }
  }
  return found;
}

const SHOWN = readShown();

describe.each(COMMANDS)('the exit codes of %s', (name) => {
  const command = createProgram().strictCommands.find((one) => one.name() === name);
  const declared = (command?.facts?.failures ?? []).map((code) => `${name} ${code}`);
  const elsewhere = Object.entries(ELSEWHERE[name]);

  it('are each shown by a run', () => {
    const all = new Set([...SHOWN, ...elsewhere.map(([code]) => `${name} ${code}`)]);
    expect(declared.filter((one) => !all.has(one))).toEqual([]);
  });

  it('are all declared', () => {
    const ended = [...SHOWN].filter((one) => one.startsWith(`${name} `) && one !== `${name} 0`);
    expect(ended.filter((one) => !declared.includes(one))).toEqual([]);
  });

  it('that are shown elsewhere are shown there, and nowhere here', () => {
    const stale = elsewhere.filter(
      ([code, file]) => SHOWN.has(`${name} ${code}`) || !existsSync(new URL(file, root)),
    );
    expect(stale).toEqual([]);
  });
});
