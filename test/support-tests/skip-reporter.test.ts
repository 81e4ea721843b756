import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeSkips } from '#support/skip-reporter';

const TESTS = path.resolve(import.meta.dirname, '..');

describe('what a run says of skipped tests', () => {
  it('counts them by what they lack, which the test or a suite around it names', () => {
    const { lines, unexplained } = describeSkips([
      ['is signed (needs openssl)', 'a certificate'],
      ['%s (TLS: true) (needs openssl)', 'a suite (needs Linux)'],
      ['is mounted', 'a disk (needs root)'],
    ]);
    expect(lines).toEqual(['Skipped: 3 tests', '     2  needs openssl', '     1  needs root']);
    expect(unexplained).toBe(0);
  });

  it('names those that do not say it', () => {
    const { lines, unexplained } = describeSkips([['does it (on Linux)', 'a file']]);
    expect(lines.join('\n')).toContain('"(needs ...)" in its title: a file > does it (on Linux)');
    expect(unexplained).toBe(1);
  });

  it('says so where none is', () => {
    expect(describeSkips([]).lines).toEqual(['Skipped: no test']);
  });
});

it('every test that may be skipped says what it needs', () => {
  const files = globSync('**/*.test.ts', { cwd: TESTS });
  const silent = files.flatMap((file) => {
    const source = readFileSync(path.join(TESTS, file), 'utf8');
    const calls = source.matchAll(/\b(?:it|test|describe)\s*\.(?:skipIf|runIf)\((.*?)=>\s*\{/gs);
    // The text up to the body of the test has its title.
    return Array.from(calls, ([call]) => call)
      .filter((call) => !/\(needs |\$\{(?:NO_OTHER_USER|NO_CUT_OFF|NO_TRACE|OTHER)\b/.test(call))
      .map((call) => `${file}: ${call.slice(0, 80)}`);
  });
  expect(files.length).toBeGreaterThan(100);
  expect(silent).toEqual([]);
});
