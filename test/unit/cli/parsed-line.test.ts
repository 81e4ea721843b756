import { array, assert, constantFrom, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readInstall } from '../../../src/cli/install.ts';
import { meantOption, mistypedCommand } from '../../../src/cli/meant.ts';
import { readMode } from '../../../src/cli/mode.ts';
import { type Options, type ParsedLine, parseLine } from '../../../src/cli/parsed-line.ts';
import { createProgram } from '../../../src/cli/program.ts';
import { RequestError } from '../../../src/errors.ts';
import { MAX_COMMAND_LINE_WORDS } from '../../../src/limits.ts';
import { parseRun } from './parse-run.ts';

type Env = Readonly<Record<string, string | undefined>>;

function refusal(words: readonly string[], env: Env = {}): RequestError {
  try {
    parseLine(words, env);
  } catch (error) {
    if (error instanceof RequestError) return error;
    throw error;
  }
  throw new Error(`not refused: ${words.join(' ')}`);
}

/** The options that a line gives, without the one that commander sets by itself. */
function optionsOf(words: readonly string[], env: Env = {}): Partial<Options> {
  const { progress, ...options } = parseRun(words, env).options;
  return progress ? options : { progress, ...options };
}

describe('which command a line is for', () => {
  it.each<[string, Partial<ParsedLine>]>([
    ['kubectl v1.26.0', { command: 'install', explicit: false, operands: ['kubectl', 'v1.26.0'] }],
    ['install kubectl', { command: 'install', explicit: true, operands: ['kubectl'] }],
    ['verify kubectl', { command: 'verify', explicit: true, operands: ['kubectl'] }],
    ['--json verify kubectl', { command: 'verify', explicit: true, operands: ['kubectl'] }],
    ['-q --color never verify kubectl', { command: 'verify', explicit: true, operands: ['kubectl'] }],
    ['verify --rekor-url https://verify f', { command: 'verify', operands: ['f'] }],
    ['-o verify kubectl', { command: 'install', explicit: false, operands: ['kubectl'] }],
    ['install verify', { command: 'install', explicit: true, operands: ['verify'] }],
    ['- verify', { command: 'install', explicit: false, operands: ['-', 'verify'] }],
    ['ls 1.30', { command: 'list', explicit: true, operands: ['1.30'] }],
    ['list', { command: 'list', explicit: true, operands: [] }],
    ['doctor', { command: 'doctor', operands: [] }],
    ['completion fish', { command: 'completion', operands: ['fish'] }],
    ['help verify', { command: 'help', operands: ['verify'] }],
    ['help', { command: 'help', operands: [] }],
    ['version', { command: 'version', operands: [] }],
    ['kubectl -- --help', { command: 'install', operands: ['kubectl', '--help'] }],
    ['verify -- -file', { command: 'verify', operands: ['-file'] }],
    ['verify --key k -- --json', { command: 'verify', operands: ['--json'] }],
  ])('%s', (line, expected) => {
    expect(parseRun(line.split(' '))).toMatchObject({ kind: 'run', ...expected });
  });

  it.each([
    ['--help', 'k8s-verify', false],
    ['kubectl -h', 'k8s-verify', false],
    ['install --help', 'install', false],
    ['verify f --nonsense --help', 'verify', false],
    ['verify -vh', 'verify', false],
    ['ls --help', 'list', false],
    ['verify --help-all', 'verify', true],
    ['kubectl --help-all', 'install', true],
  ])('%s is help on %s', (line, page, all) => {
    const parsed = parseLine(line.split(' '), {});
    expect(parsed.kind === 'help' && { page: parsed.page.name(), all: parsed.all }).toEqual({ page, all });
  });
});

describe('what the options of a line say', () => {
  it.each<readonly [readonly string[], Partial<Options>]>([
    [['kubectl'], {}],
    [['kubectl', '--output', 'x'], { output: 'x' }],
    [['--output=x', 'kubectl'], { output: 'x' }],
    [['k', '--output=a=b'], { output: 'a=b' }],
    [['k', '--output=-x'], { output: '-x' }],
    [['k', '-o', 'x'], { output: 'x' }],
    [['k', '-ox'], { output: 'x' }],
    [['k', '--output', '-'], { output: '-' }],
    [['k', '--mirror', 'http://a', '--mirror=http://b'], { mirror: ['http://a', 'http://b'] }],
    [['k', '--quiet', '--quiet'], { quiet: true }],
    [['k', '-qo', 'x'], { quiet: true, output: 'x' }],
    [['k', '-vv'], { verbose: true }],
    [['k', '--quiet', '--', '--verbose'], { quiet: true }],
    [['k', '--color', 'never', '--no-progress'], { color: 'never', progress: false }],
    [['k', '--extract', 'v1.30.2'], { extract: true }],
    [['k', '--member', 'a', '--member=b'], { extract: true, member: ['a', 'b'] }],
    [['verify', 'a', '--k8s-verify-release', '1.2.3'], { k8sVerifyRelease: 'v1.2.3' }],
    [['verify', 'a', '--k8s-verify-release=any'], { k8sVerifyRelease: 'any' }],
    [['doctor', '--timeout', '1.5m', '--retries', '0'], { timeout: 90_000, retries: 0 }],
  ])('%j', (words, expected) => {
    expect(optionsOf(words)).toEqual(expected);
  });

  it('are as many as a shell passes on', () => {
    const members = Array.from({ length: 20_000 }, (_, index) => `m${index}`);
    const { options } = parseRun(['kubernetes-client', ...members.flatMap((name) => ['--member', name])]);
    expect(options.member).toEqual(members);
    const { operands } = parseRun(['--', ...members]);
    expect(operands).toHaveLength(20_000);
    const many = Array.from({ length: MAX_COMMAND_LINE_WORDS + 1 }, () => 'k');
    expect(refusal(many).message).toContain('too many words');
  });
});

/** Everything that is said of a line that is refused, by the parser or by the command. */
function mistake(words: readonly string[]): string {
  try {
    readInstall(parseRun(words));
  } catch (error) {
    if (error instanceof RequestError) return JSON.stringify([error.message, error]);
    throw error;
  }
  throw new Error(`not refused: ${words.join(' ')}`);
}

describe('mistakes in a line', () => {
  it.each<readonly [readonly string[], string, string]>([
    [['k', '--output'], '--output needs a value', 'write the value after it: --output FILE'],
    [['verify', 'f', '--output'], '--output needs a value', 'write the value after it: --output DIR'],
    [['k', '-o'], '--output needs a value', 'write the value after it: --output FILE'],
    [['k', '--output='], '--output needs a value', 'write the value after it: --output FILE'],
    [['k', '--output', ''], '--output needs a value', 'write the value after it: --output FILE'],
    [['k', '--output', '--json'], '--output needs a value', 'write --output=VALUE'],
    [['k', '--output', '-x'], '--output needs a value', 'write --output=VALUE'],
    [['k', '--output', '--mirror=x'], '--output needs a value', 'write --output=VALUE'],
    [['k', '-o', '--'], '--output needs a value', 'write --output=VALUE'],
    [['k', '-o=x'], '"-o=x" is no way to write an option', '-o VALUE'],
    [['k', '-o', 'a', '--output=b'], '--output is given more than once', 'leave one of them'],
    [['k', '--quiet=yes'], '--quiet takes no value', 'write --quiet to switch it on'],
    [['k', '--quiet='], '--quiet takes no value', 'write --quiet to switch it on'],
    [['k', '--quiet', '--verbose'], '--quiet and --verbose contradict', 'leave out one of them'],
    [['k', '-qv'], '--quiet and --verbose contradict', 'leave out one of them'],
    [
      ['list', '--output', 'x'],
      'k8s-verify list has no option --output',
      'see what it takes: k8s-verify list --help',
    ],
    [
      ['k', '--bundle=x'],
      'k8s-verify install has no option --bundle',
      "a command's name comes first: k8s-verify verify",
    ],
    [['k', '--outptu', 'x'], 'there is no option "--outptu"', 'did you mean --output?'],
    [['k', '--no-json'], 'there is no option "--no-json"', 'did you mean --json?'],
    [['k', '--no-progres'], 'there is no option "--no-progres"', 'did you mean --no-progress?'],
    [['k', '-V'], 'there is no option "-V"', 'did you mean --version?'],
    [['k', '--dir', 'x'], 'there is no option "--dir"', 'did you mean --install-dir DIR?'],
    [['k', '--arch=arm64'], 'there is no option "--arch=arm64"', 'did you mean --platform OS/ARCH?'],
    [['k', '--insecure-skip-tls'], 'there is no way to leave out a check', 'what fails then says why'],
    [['k', '--skip-verify'], 'there is no way to leave out a check', 'what fails then says why'],
    [['k', '--no-verify'], 'there is no way to leave out a check', 'what fails then says why'],
    [['k', '-xyz'], 'there is no option "-xyz"', 'is written after --'],
    [['k', '--__proto__'], 'there is no option "--__proto__"', 'is written after --'],
    [['k', '--constructor=1'], 'there is no option "--constructor=1"', 'is written after --'],
    [['k', '---'], 'there is no option "---"', 'is written after --'],
    [['k', '--color', 'red'], '--color does not take "red"', '--color auto | always | never'],
    [['doctor', 'x'], 'k8s-verify doctor takes no argument', 'k8s-verify doctor'],
    [['list', 'v1.30.2', 'v1.30.3'], 'k8s-verify list takes one argument', 'k8s-verify list v1.30.2'],
    [['kubectl', '--version', 'v1.30.2'], '--version stands alone', 'k8s-verify kubectl v1.30.2'],
    [['verify', 'f', '--version'], '--version stands alone', 'k8s-verify verify f'],
    [['kubectl', '--version=v1.30.2'], '--version stands alone', 'k8s-verify kubectl v1.30.2'],
    [
      ['verify', 'f', '--version', 'v1.30.2', '--json'],
      '--version stands alone',
      'k8s-verify verify f --json',
    ],
    [['--version', '--json'], '--version stands alone', 'k8s-verify --json'],
    [['k', '--output', '--version'], '--version stands alone', 'k8s-verify k --output'],
  ])('%j: %s', (words, message, advice) => {
    const error = refusal(words);
    expect(error.code).toBe('usage');
    expect(error.message).toContain(message);
    expect(error.next).toContain(advice);
  });

  it.each<readonly [readonly string[]]>([
    [['get', 'kubectl', '--mirror', 'https://user:pa/ss@mirror.example']],
    [['get', 'kubectl', '--mirror=https://user:pa@ss@mirror.example']],
    [['kubectl', '--mirrro=https://user:pa@ss@mirror.example']],
    [['kubectl', '--mirror', 'ftp://user:pass@mirror.example']],
    [['kubectl', '--mirror', 'user:pass@mirror.example']],
    [['kubectl', '--rekor-url', 'https://a.example', '--rekor-url', 'https://user:pass@mirror.example']],
    [['kubectl', '--json=https://user:pass@mirror.example']],
    [['kubetcl', '--mirror', 'https://user:pass@mirror.example']],
    [['get', 'kubectl', 'user:pass@mirror.example']],
    [['doctor', 'https://user:pass@mirror.example']],
    [['kubectl', '--version', '--mirror', 'https://user:pass@mirror.example']],
    [['kubectl', '--output', '-https://user:pass@mirror.example']],
    [['kubectl', 'latest', '--mirror', 'https://user:pass@mirror.example']],
    [['https://user:pass@mirror.example']],
  ])('%j are told without the password', (words) => {
    const told = mistake(words);
    expect(told).not.toMatch(/pass|pa\/ss|pa@ss|user:/);
  });

  it.each(['constructor', '__proto__', 'toString'])('know no word but those of the tables: %s', (word) => {
    expect(mistypedCommand(word, [word, 'v1.30.2'], ['install'])).toBeUndefined();
    expect(meantOption(word, word, [])).toEqual({});
  });

  it('are told with a line to type that shows where the password was', () => {
    expect(mistake(['get', 'kubectl', '--mirror', 'https://user:pass@mirror.example'])).toContain(
      'k8s-verify install kubectl --mirror https://...@mirror.example',
    );
  });

  it('are told without what a terminal would obey', () => {
    for (const word of ['--\u001b[31mred', '--version', '\u001b[2J']) {
      const error = refusal(['--version', word, '--outptu\u0007']);
      expect(`${error.message} ${error.next}`).not.toMatch(/\p{Cc}/u);
    }
  });
});

describe('variables', () => {
  it.each<readonly [Env, readonly string[], Partial<Options>]>([
    [
      { K8S_VERIFY_MIRROR: ' https://a.example  http://b.example/ ' },
      ['k'],
      { mirror: ['https://a.example', 'http://b.example'] },
    ],
    [{ K8S_VERIFY_MIRROR: 'https://a.example' }, ['k', '--mirror', 'http://b'], { mirror: ['http://b'] }],
    [{ K8S_VERIFY_MIRROR: '' }, ['k'], {}],
    [{ K8S_VERIFY_MIRROR: 'https://a.example' }, ['verify', 'f'], { mirror: ['https://a.example'] }],
    [{ K8S_VERIFY_MIRROR: 'https://a.example' }, ['completion', 'bash'], {}],
    [{ K8S_VERIFY_INSTALL_DIR: '/opt/bin' }, ['k'], { installDir: '/opt/bin' }],
    [{ K8S_VERIFY_INSTALL_DIR: '/opt/bin' }, ['k', '--output', 'x'], { output: 'x' }],
    [{ K8S_VERIFY_REKOR_URL: 'https://r.example' }, ['verify', 'f'], { rekorUrl: 'https://r.example' }],
    [{ K8S_VERIFY_TIMEOUT: '5m', K8S_VERIFY_RETRIES: '0' }, ['list'], { timeout: 300_000, retries: 0 }],
    [{ K8S_VERIFY_CA_FILE: 'ca.pem' }, ['doctor'], { caFile: 'ca.pem' }],
    [{ K8S_VERIFY_NO_PROGRESS: '1' }, ['k'], { progress: false }],
    [{ K8S_VERIFY_NO_PROGRESS: 'false' }, ['k'], {}],
    [{ K8S_VERIFY_TRUSTED_ROOT: 'r.json', K8S_VERIFY_CERTIFICATE_IDENTITY: 'me' }, ['k'], {}],
  ])('%j with %j', (env, words, expected) => {
    expect(optionsOf(words, env)).toEqual(expected);
  });

  it.each<readonly [Env, string, string]>([
    [{ K8S_VERIFY_TIMEOUT: 'soon' }, '"soon" is not a length of time', 'K8S_VERIFY_TIMEOUT=30s'],
    [{ K8S_VERIFY_MIRROR: 'mirror.example' }, 'K8S_VERIFY_MIRROR is not the base URL', 'https://'],
    [
      { K8S_VERIFY_NO_PROGRESS: 'maybe' },
      'K8S_VERIFY_NO_PROGRESS is neither on nor off',
      'K8S_VERIFY_NO_PROGRESS=1',
    ],
  ])('%j is refused', (env, message, advice) => {
    const error = refusal(['kubectl'], env);
    expect(error.message).toContain(message);
    expect(error.next).toContain(advice);
  });

  it('are told of, those that count and those that nothing reads', () => {
    const env = { K8S_VERIFY_MIROR: 'x', K8S_VERIFY_KEY: 'k', K8S_VERIFY_RETRIES: '1', PATH: '/bin' };
    expect(parseRun(['kubectl'], env)).toMatchObject({
      notes: [
        { code: 'variable-unknown', text: '"K8S_VERIFY_KEY" is no variable that k8s-verify reads' },
        {
          code: 'variable-unknown',
          text: '"K8S_VERIFY_MIROR" is no variable that k8s-verify reads; did you mean K8S_VERIFY_MIRROR?',
        },
      ],
      fromVariables: ['K8S_VERIFY_RETRIES sets --retries'],
    });
  });

  it('never say who must have signed, and leave out no check', () => {
    const program = createProgram();
    const named = [program, ...program.strictCommands]
      .flatMap((command) => command.ownOptions)
      .flatMap(({ variable, long }) => (variable === undefined ? [] : [long]));
    expect(new Set(named)).toEqual(
      new Set([
        '--ca-file',
        '--data-dir',
        '--install-dir',
        '--mirror',
        '--no-progress',
        '--offline',
        // What is allowed; one that says who must have signed is refused (test/cli/policy.test.ts).
        '--policy',
        '--rekor-url',
        '--retries',
        '--timeout',
      ]),
    );
  });
});

const PROGRAM = createProgram();
const WORDS: readonly string[] = [
  ...PROGRAM.strictCommands.map((command) => command.name()),
  ...[PROGRAM, ...PROGRAM.strictCommands]
    .flatMap((command) => command.ownOptions)
    .flatMap(({ long }) => [long ?? '', `${long}=verify`, `${long}=--json`]),
  'kubectl',
  '',
  '-',
  '--',
  '---',
  '-h',
  '-hh',
  '-ho',
  '-oh',
  '-qv',
  '-o',
  '-ox',
  '-o-',
  '-h-',
  '-h=',
  '-o=-h',
];

function accept(words: readonly string[]): ParsedLine | undefined {
  try {
    const line = parseLine(words, {});
    return line.kind === 'run' ? line : undefined;
  } catch (error) {
    if (error instanceof RequestError) return undefined;
    throw error;
  }
}

describe('the bare words and the parser', () => {
  it('see the same way to talk in every line that is accepted', () => {
    const words = array(constantFrom(...WORDS), { maxLength: 6 });
    assert(
      property(words, (line) => {
        const options = accept(line)?.options;
        if (options === undefined) return;
        const { json, quiet, style } = readMode(line, { isTTY: false }, {});
        expect({ json, quiet, verbose: style.verbose }).toEqual({
          json: options.json === true,
          quiet: options.quiet === true,
          verbose: options.verbose === true,
        });
      }),
      { numRuns: 3000 },
    );
  });
});

describe('colour', () => {
  it.each<readonly [readonly string[], boolean, Env, boolean]>([
    [[], true, {}, true],
    [[], false, {}, false],
    [[], true, { NO_COLOR: '1' }, false],
    [[], true, { NO_COLOR: '' }, true],
    [[], true, { TERM: 'dumb' }, false],
    [[], false, { CLICOLOR_FORCE: '1' }, true],
    [[], false, { FORCE_COLOR: '1' }, true],
    [[], false, { FORCE_COLOR: '0' }, false],
    [[], false, { NO_COLOR: '1', CLICOLOR_FORCE: '1' }, false],
    [['--color', 'always'], false, { NO_COLOR: '1' }, true],
    [['--color=never'], true, { CLICOLOR_FORCE: '1' }, false],
    [['--color=auto'], true, {}, true],
    [['--', '--color=never'], true, {}, true],
  ])('%j on a terminal %j with %j: %j', (words, isTTY, env, color) => {
    expect(readMode(words, { isTTY }, env).style.color).toBe(color);
  });
});
