import { array, assert, constantFrom, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCommandLine } from '../../../src/cli/command-line.ts';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { OPTIONS } from '../../../src/cli/options.ts';
import { scanWords, type ScannedWords } from '../../../src/cli/scan.ts';
import { RequestError } from '../../../src/errors.ts';

describe('the first look at the words', () => {
  it.each<[string, Partial<ScannedWords>]>([
    ['kubectl v1.26.0', { command: 'install', explicit: false, rest: ['kubectl', 'v1.26.0'] }],
    ['install kubectl', { command: 'install', explicit: true, rest: ['kubectl'] }],
    ['verify kubectl', { command: 'verify', explicit: true, rest: ['kubectl'] }],
    ['--json verify kubectl', { command: 'verify', rest: ['--json', 'kubectl'], json: true }],
    ['--rekor-url verify verify f', { command: 'verify', rest: ['--rekor-url', 'verify', 'f'] }],
    ['-o verify kubectl', { command: 'install', rest: ['-o', 'verify', 'kubectl'] }],
    ['install verify', { command: 'install', rest: ['verify'] }],
    ['--k8s-verify-release verify f', { command: 'verify', rest: ['--k8s-verify-release', 'f'] }],
    ['- verify', { command: 'install', explicit: false, rest: ['-', 'verify'] }],
    ['-- verify', { command: 'install', explicit: false, rest: ['--', 'verify'] }],
    ['kubectl -- --help', { help: false }],
    ['kubectl -h', { help: true }],
    ['help', { help: true, explicit: false }],
    ['help verify', { help: true, explicit: true, command: 'verify' }],
    ['verify --help', { help: true, explicit: true, command: 'verify' }],
    ['--version', { version: true }],
    ['--output --version kubectl', { version: false }],
    ['kubectl --json', { json: true }],
    ['kubectl -- --json', { json: false }],
  ])('%s', (command, expected) => {
    expect(scanWords(command.split(' '))).toMatchObject(expected);
  });
});

const WORDS: readonly string[] = [
  ...COMMANDS.map(({ name }) => name),
  ...OPTIONS.flatMap(({ name }) => [`--${name}`, `--${name}=verify`]),
  'kubectl',
  '',
  '-',
  '--',
  '---',
  '-h',
  '-hh',
  '-ho',
  '-oh',
  '-o',
  '-ox',
  '-o-',
  '-h-',
  '-h=',
  '-o=-h',
];

function accept({ command, rest }: ScannedWords): ReturnType<typeof readCommandLine> | undefined {
  try {
    return readCommandLine(command, rest);
  } catch (error) {
    if (error instanceof RequestError) return undefined;
    throw error;
  }
}

describe('the first look and the parser', () => {
  it('see the same options in every command line that is accepted', () => {
    const words = array(constantFrom(...WORDS), { maxLength: 6 });
    assert(
      property(words, (line) => {
        const scanned = scanWords(line);
        const accepted = accept(scanned);
        if (accepted === undefined) return;
        const { help, version, json } = scanned;
        const { switches } = accepted;
        expect({ help, version, json }).toEqual({
          help: switches.has('help'),
          version: switches.has('version'),
          json: switches.has('json'),
        });
      }),
      { numRuns: 3000 },
    );
  });
});
