/**
 * The two projects of the test suite, by what they need. `source` runs the sources as they stand and needs nothing
 * built; `built` starts what ships, so `dist/` is built once before it. A test file belongs to `source` unless a pattern
 * below names it; test/projects.test.ts notices one that starts a program that was not built for it.
 */

/** Patterns of the test files that start the built program, or look into the built package. */
export const BUILT_TESTS: readonly string[] = [
  'test/{action,cli,demo,examples,executable,faults,package,transcripts,world}/**/*.test.ts',
  'test/docs/{audit,commands,library,picture,readme}.test.ts',
  'test/bench/bench.test.ts',
  'test/kill/command.test.ts',
  'test/stories/{mirror-directory,what-was-signed}.test.ts',
  'test/unit/cli/meant.test.ts',
  'test/support-tests/{run-cli,without-vitest}.test.ts',
];
