import { defineConfig } from 'vitest/config';
import { BUILT_TESTS } from './test/projects.ts';

export default defineConfig({
  test: {
    // Whole installs run as child processes on small machines; the limit only ends a hang.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    restoreMocks: true,
    setupFiles: ['test/support/own-data-directory.ts'],
    reporters: [
      'default',
      ...(process.env['GITHUB_ACTIONS'] === 'true' ? ['github-actions'] : []),
      './test/support/skip-reporter.ts',
    ],
    // A closed port: after npm ci no test needs a registry, and one that asks for it fails everywhere.
    env: { npm_config_registry: 'http://127.0.0.1:9/' },
    // Much of the time is waiting, for processes and servers: no core is kept free.
    maxWorkers: '100%',
    projects: [
      { extends: true, test: { name: 'source', include: ['test/**/*.test.ts'], exclude: [...BUILT_TESTS] } },
      {
        extends: true,
        test: { name: 'built', include: [...BUILT_TESTS], globalSetup: ['test/support/build-once.ts'] },
      },
    ],
  },
});
