/** The exit codes that the help of a command names are those that it can end with: each is shown by some run. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type CommandName, COMMANDS } from '../../src/cli/add-command.ts';
import { commandNames, createProgram } from '../../src/cli/program.ts';
import { EXIT_CODES, type ExitCode } from '../../src/exit-codes.ts';

const here = new URL('./', import.meta.url);
const root = new URL('../../', import.meta.url);

/** A test that shows an exit code. */
interface Shown {
  readonly file: string;
  /** An error code with that exit code, or a text with the number: the file has it. */
  readonly by: string;
  /** What the file runs, where that is not the command itself: both have that code from the same piece. */
  readonly runs?: CommandName | 'the proof' | 'the refresh';
}

type ShownBy = Readonly<Partial<Record<ExitCode, Shown>>>;

const shownIn =
  (file: string) =>
  (by: string, runs?: Shown['runs']): Shown => ({ file, by, ...(runs === undefined ? {} : { runs }) });

/** Any command: its output cannot be written. */
const FULL_DISK = shownIn('test/cli/full-output.test.ts')('exitCode: 1,', 'install');
/** Any command that waits: Ctrl-C. */
const INTERRUPTED = shownIn('test/cli/process.test.ts')('interrupted', 'install');
/** The checks of a signature and its certificate, by which every command judges. */
const TIMES = shownIn('test/vectors/timestamp.ts')('time-untrusted', 'the proof');
const CHAIN = shownIn('test/vectors/chain.ts')('certificate-untrusted', 'the proof');
/** Two signed manifests of one release that disagree. */
const MANIFESTS = shownIn('test/stories/evidence-store.test.ts')('release-inconsistent', 'install');
const digest = shownIn('test/stories/digest-refusals.test.ts');
const lock = shownIn('test/stories/lock.test.ts');
const mirror = shownIn('test/mirror/fill.test.ts');
const doctor = shownIn('test/cli/doctor.test.ts');
const refresh = shownIn('test/unit/trust/refresh-root.test.ts');
const release = shownIn('test/stories/release.test.ts');
const scan = shownIn('test/stories/scan.test.ts');
const policy = shownIn('test/cli/policy.test.ts');
const trustedRoot = shownIn('test/cli/trusted-root.test.ts');

/** Codes that no transcript ends with, and the test that shows them. */
const ELSEWHERE: Readonly<Record<CommandName, ShownBy>> = {
  install: { 1: FULL_DISK, 17: TIMES, 130: INTERRUPTED },
  verify: { 1: FULL_DISK, 22: MANIFESTS, 130: INTERRUPTED },
  scan: {
    1: FULL_DISK,
    2: scan('file-not-readable'),
    3: shownIn('test/cli/scan.test.ts')('exitCode: 3'),
    5: scan('authority-unknown'),
    10: scan("'10 usr/local/bin/kubectl'"),
    11: scan('material-malformed'),
    13: scan('claim-mismatch'),
    14: scan('certificate-untrusted'),
    15: scan('identity-mismatch'),
    16: scan('log-entry-not-found'),
    17: scan('time-untrusted'),
    18: scan('trusted-root-invalid'),
    19: scan('name-mismatch'),
    22: scan('release-inconsistent'),
    23: scan('not-allowed'),
    24: scan('other-builder'),
    130: shownIn('test/cli/scan.test.ts')('exitCode: 130'),
  },
  release: {
    1: FULL_DISK,
    4: release('toBe(4)'),
    5: digest('toBe(5)', 'digest'),
    10: release('toBe(10)'),
    11: release('material-malformed'),
    12: shownIn('test/stories/release-deep.test.ts')('digest-mismatch'),
    13: release('toBe(13)'),
    14: CHAIN,
    15: release('toBe(15)'),
    16: release('toBe(16)'),
    17: TIMES,
    18: digest('toBe(18)', 'digest'),
    19: release('toBe(19)'),
    20: shownIn('test/stories/release-write.test.ts')('destination-unsuitable'),
    23: release('toBe(23)'),
    130: shownIn('test/stories/release-write.test.ts')('interrupted'),
  },
  // What refuses evidence is the proof that `install` and `verify` have.
  digest: {
    1: FULL_DISK,
    5: digest('toBe(5)'),
    12: digest('toBe(12)'),
    13: digest('toBe(13)'),
    14: CHAIN,
    17: TIMES,
    18: digest('toBe(18)'),
    19: digest('toBe(19)'),
    22: MANIFESTS,
    23: policy('[23, DENIED]'),
    130: INTERRUPTED,
  },
  mirror: {
    1: FULL_DISK,
    5: digest('toBe(5)', 'digest'),
    10: shownIn('test/stories/digest.test.ts')('signature-not-published', 'digest'),
    11: digest('toBe(11)', 'digest'),
    13: digest('toBe(13)', 'digest'),
    14: CHAIN,
    15: digest('toBe(15)', 'digest'),
    16: release('toBe(16)', 'release'),
    17: TIMES,
    18: digest('toBe(18)', 'digest'),
    19: digest('toBe(19)', 'digest'),
    20: mirror('destination-unsuitable'),
    22: mirror('mirror-inconsistent'),
    23: policy('[23, DENIED]'),
    130: INTERRUPTED,
  },
  lock: {
    1: FULL_DISK,
    5: digest('toBe(5)', 'digest'),
    11: digest('toBe(11)', 'digest'),
    13: digest('toBe(13)', 'digest'),
    14: CHAIN,
    15: digest('toBe(15)', 'digest'),
    17: TIMES,
    18: digest('toBe(18)', 'digest'),
    19: lock('name-mismatch'),
    20: lock('destination-unsuitable'),
    23: policy('[23, DENIED]'),
    130: INTERRUPTED,
  },
  list: { 1: FULL_DISK, 130: INTERRUPTED },
  doctor: {
    1: FULL_DISK,
    3: doctor('exitCode: 3'),
    5: doctor('exitCode: 5'),
    20: doctor('exitCode: 20'),
    130: INTERRUPTED,
  },
  'trusted-root': {
    1: FULL_DISK,
    4: trustedRoot('toBe(4)'),
    5: refresh('clock-wrong', 'the refresh'),
    20: trustedRoot('toBe(20)'),
    130: INTERRUPTED,
  },
  policy: { 1: FULL_DISK },
  completion: { 1: FULL_DISK },
  help: { 1: FULL_DISK },
  version: { 1: FULL_DISK },
};

/** How a test file runs a command: the command line, or the function of the story. */
const RUNS: Readonly<Record<CommandName | 'the proof' | 'the refresh', RegExp>> = {
  install: /\binstall\w*\(|'--install-dir'/,
  verify: /\bverify\w*\(|'verify'/,
  scan: /\bscan\w*\(|'scan'/,
  release: /\brelease\w*\(|\baudit\w*\(|'release'/,
  digest: /\bdigest\(|'digest'/,
  mirror: /\bmirror\w*\(|'mirror'/,
  lock: /\block\w*\(|'lock'/,
  list: /'list'/,
  doctor: /\bdoctor\(|'doctor'/,
  'trusted-root': /'trusted-root'/,
  policy: /'policy'/,
  completion: /'completion'/,
  help: /'help'/,
  version: /'version'/,
  'the proof': /\brefused\(/,
  'the refresh': /\brefresh\w*\(/,
};

const EXIT_CODE_OF: ReadonlyMap<string, number> = new Map(Object.entries(EXIT_CODES));

function whatIsWrong(name: CommandName, code: string, { file, by, runs }: Shown): string | undefined {
  const at = new URL(file, root);
  if (!existsSync(at)) return `${file} is not there`;
  const text = readFileSync(at, 'utf8');
  if (!RUNS[runs ?? name].test(text)) return `${file} does not run ${runs ?? name}`;
  if (!text.includes(by)) return `${file} does not have ${by}`;
  const meant = EXIT_CODE_OF.get(by) ?? /\d+/.exec(by)?.[0];
  return String(meant) === code ? undefined : `${by} is not ${code}`;
}

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

  it('that are shown elsewhere are shown there, by that command', () => {
    expect(elsewhere.flatMap(([code, shown]) => whatIsWrong(name, code, shown) ?? [])).toEqual([]);
  });

  it('that are shown elsewhere are shown nowhere here', () => {
    expect(elsewhere.filter(([code]) => SHOWN.has(`${name} ${code}`))).toEqual([]);
  });
});
