import { defineConfig } from 'vitest/config';

/** `npm run test:real`: the names of real binaries, fetched from npm and PyPI by their clients. Not part of CI. */
export default defineConfig({
  test: {
    include: ['test/**/*.real.ts'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    reporters: ['default', './test/support/skip-reporter.ts'],
    setupFiles: ['test/support/own-data-directory.ts'],
  },
});
