import { describe, expect, it } from 'vitest';
import { readTrust, type TrustArguments } from '../../../src/cli/parsed-line.ts';
import { RequestError } from '../../../src/errors.ts';
import { thrownBy } from '#support/thrown-by';
import { parseRun } from './parse-run.ts';

const DAY_MS = 86_400_000;
const read = (line: string): TrustArguments => readTrust(parseRun(['kubectl', ...line.split(' ')]).options);

describe('the trusted root on the command line', () => {
  it.each<[string, TrustArguments]>([
    ['--trusted-root r.json', { trustedRootFile: 'r.json' }],
    [
      '--tuf-url https://tuf.example/ --tuf-root r.json',
      { tuf: { url: 'https://tuf.example', rootFile: 'r.json' } },
    ],
    ['--require-fresh-trusted-root', { maxTrustedRootAgeMs: DAY_MS }],
    ['--max-trusted-root-age 90m', { maxTrustedRootAgeMs: 5_400_000 }],
    ['--max-trusted-root-age 12h', { maxTrustedRootAgeMs: DAY_MS / 2 }],
    ['--max-trusted-root-age 30d --require-fresh-trusted-root', { maxTrustedRootAgeMs: 30 * DAY_MS }],
  ])('%s', (line, expected) => {
    expect(read(line)).toEqual(expected);
  });

  it.each([
    ['--tuf-url https://tuf.example', /--tuf-url needs --tuf-root with it/],
    ['--tuf-root r.json', /--tuf-root needs --tuf-url with it/],
    ['--tuf-url tuf.example --tuf-root r.json', /--tuf-url is not the base URL of a server/],
    ['--tuf-url https://tuf.example --tuf-root r.json --trusted-root t.json', /--trusted-root/],
    ['--tuf-root r.json --trusted-root t.json', /--trusted-root/],
    ['--max-trusted-root-age 30', /"30" is not an age/],
    ['--max-trusted-root-age 0d', /is not an age/],
    ['--max-trusted-root-age 1.5d', /is not an age/],
    ['--max-trusted-root-age 4000d', /is not an age/],
  ])('refuses %s', (line, message) => {
    const error = thrownBy(() => read(line));
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({ code: 'usage', message: expect.stringMatching(message) });
  });
});
