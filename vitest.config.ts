import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build-once.ts'],
    // Whole installs run as child processes on small machines; the limit only ends a hang.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    restoreMocks: true,
    // Much of the time is waiting, for processes and servers: no core is kept free.
    maxWorkers: '100%',
  },
});
