import { defineConfig } from 'vitest/config';

/** `npm run test:long`: what takes too long for every change. Simulations with many more rounds, real binaries, 1 GB. */
export default defineConfig({
  test: {
    include: ['test/**/*.long.ts', 'test/kill/*.test.ts', 'test/properties/*.test.ts'],
    globalSetup: ['test/support/build-once.ts'],
    testTimeout: 1_800_000,
    hookTimeout: 600_000,
    reporters: ['default', './test/support/skip-reporter.ts'],
    setupFiles: ['test/support/own-data-directory.ts'],
    env: { K8S_VERIFY_KILLS: '200', K8S_VERIFY_MUTANTS: '20000' },
  },
});
