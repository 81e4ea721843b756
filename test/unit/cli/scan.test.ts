import { describe, expect, it } from 'vitest';
import { scanWords, type ScannedWords } from '../../../src/cli/scan.ts';

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
