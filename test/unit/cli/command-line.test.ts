import { describe, expect, it } from 'vitest';
import { readCommandLine } from '../../../src/cli/command-line.ts';
import type { CommandName } from '../../../src/cli/commands.ts';
import { RequestError } from '../../../src/errors.ts';

interface Read {
  readonly operands: readonly string[];
  readonly values: Readonly<Record<string, readonly string[]>>;
  readonly switches: readonly string[];
}

function read(command: CommandName, words: readonly string[]): Read {
  const { operands, values, switches } = readCommandLine(command, words);
  return { operands, values: Object.fromEntries(values), switches: [...switches] };
}

function refusal(command: CommandName, words: readonly string[]): RequestError {
  try {
    readCommandLine(command, words);
  } catch (error) {
    if (error instanceof RequestError) return error;
    throw error;
  }
  throw new Error(`not refused: ${words.join(' ')}`);
}

describe('the words of a command line', () => {
  it.each<readonly [readonly string[], Partial<Read>]>([
    [[], {}],
    [['kubectl', 'v1.30.2'], { operands: ['kubectl', 'v1.30.2'] }],
    [['-'], { operands: ['-'] }],
    [['kubectl', '--output', 'x'], { operands: ['kubectl'], values: { output: ['x'] } }],
    [['--output=x', 'kubectl'], { operands: ['kubectl'], values: { output: ['x'] } }],
    [['--output=a=b'], { values: { output: ['a=b'] } }],
    [['-o', 'x'], { values: { output: ['x'] } }],
    [['-ox'], { values: { output: ['x'] } }],
    [['--output', '-x'], { values: { output: ['-x'] } }],
    [['--output', '-'], { values: { output: ['-'] } }],
    [['--mirror', 'a', '--mirror=b'], { values: { mirror: ['a', 'b'] } }],
    [['--quiet', '--quiet'], { switches: ['quiet'] }],
    [['--', '--output', '-x'], { operands: ['--output', '-x'] }],
    [['--quiet', '--', '--verbose'], { operands: ['--verbose'], switches: ['quiet'] }],
  ])('install %j', (words, expected) => {
    expect(read('install', words)).toEqual({ operands: [], values: {}, switches: [], ...expected });
  });

  it.each<readonly [readonly string[], Partial<Read>]>([
    [['a.tar.gz', '--extract'], { operands: ['a.tar.gz'], switches: ['extract'] }],
    [
      ['a', '--extract', 'b', 'c'],
      { operands: ['a'], values: { extract: ['b', 'c'] }, switches: ['extract'] },
    ],
    [['--extract=b', 'a'], { operands: ['a'], values: { extract: ['b'] }, switches: ['extract'] }],
    [['--extract', 'b', '--', 'a'], { operands: ['a'], values: { extract: ['b'] }, switches: ['extract'] }],
    [['--extract', '--json', 'a'], { operands: ['a'], switches: ['extract', 'json'] }],
    [['--extract', 'b', '--extract', 'c'], { values: { extract: ['b', 'c'] }, switches: ['extract'] }],
    [
      ['a', '--k8s-verify-release'],
      { operands: ['a'], values: { 'k8s-verify-release': [] }, switches: ['k8s-verify-release'] },
    ],
    [
      ['--k8s-verify-release', 'v1.2.3', 'a'],
      { operands: ['a'], values: { 'k8s-verify-release': ['v1.2.3'] }, switches: ['k8s-verify-release'] },
    ],
    [
      ['--k8s-verify-release=v1.2.3', 'a'],
      { operands: ['a'], values: { 'k8s-verify-release': ['v1.2.3'] }, switches: ['k8s-verify-release'] },
    ],
    [
      ['--k8s-verify-release', '--', 'a'],
      { operands: ['a'], values: { 'k8s-verify-release': [] }, switches: ['k8s-verify-release'] },
    ],
  ])('verify %j', (words, expected) => {
    expect(read('verify', words)).toEqual({ operands: [], values: {}, switches: [], ...expected });
  });

  it.each<readonly [CommandName, readonly string[], string, string]>([
    ['install', ['--output'], '--output needs a value', 'write the value behind it: --output FILE'],
    ['verify', ['--output'], '--output needs a value', 'write the value behind it: --output DIR'],
    ['install', ['-o'], '--output needs a value', 'write the value behind it: --output FILE'],
    ['install', ['--output='], '--output needs a value', 'write the value behind it: --output FILE'],
    ['install', ['--output', '--json'], '--output needs a value', './--json'],
    ['install', ['--output', '--mirror=x'], '--output needs a value', './--mirror'],
    ['install', ['-o', 'a', '--output=b'], '--output is given 2 times', 'leave one of them'],
    ['install', ['--quiet=yes'], '--quiet takes no value', 'write --quiet to switch it on'],
    ['install', ['--quiet='], '--quiet takes no value', 'write --quiet to switch it on'],
    ['install', ['--quiet', '--verbose'], '--quiet and --verbose contradict', 'leave out one of them'],
    ['list', ['--output', 'x'], 'k8s-verify list has no option --output', 'see k8s-verify list --help'],
    ['install', ['--bundle=x'], 'k8s-verify install has no option --bundle', 'see k8s-verify install --help'],
    ['install', ['--outptu', 'x'], 'there is no option "--outptu"', 'did you mean --output?'],
    ['install', ['--no-json'], 'there is no option "--no-json"', 'did you mean --json?'],
    ['install', ['-v'], 'there is no option "-v"', 'did you mean --version or --verbose?'],
    ['install', ['-ho', 'x'], 'there is no option "-ho"', 'is written after --'],
    ['install', ['-hh'], 'there is no option "-hh"', 'is written after --'],
    ['verify', ['-h='], 'there is no option "-h="', 'is written after --'],
    ['install', ['-xyz'], 'there is no option "-xyz"', 'is written after --'],
    ['install', ['--__proto__'], 'there is no option "--__proto__"', 'is written after --'],
    ['install', ['--constructor=1'], 'there is no option "--constructor=1"', 'is written after --'],
    ['install', ['---'], 'there is no option "---"', 'is written after --'],
    ['verify', ['a', '--k8s-verify-release', '--k8s-verify-release=v1'], 'is given 2 times', 'leave one'],
  ])('%s %j is refused: %s', (command, words, message, advice) => {
    const error = refusal(command, words);
    expect(error.code).toBe('usage');
    expect(error.message).toContain(message);
    expect(error.advice).toContain(advice);
  });

  it('are told of the first mistake first', () => {
    expect(refusal('install', ['--nope', '--output']).message).toContain('--nope');
    expect(refusal('install', ['--output']).message).toContain('--output');
  });
});
