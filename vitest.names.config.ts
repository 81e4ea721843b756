import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { NAME_MUTANTS } from './test/mutation/name-mutants.ts';

const ROOT = import.meta.dirname;
const mutant = NAME_MUTANTS[Number(process.env['K8S_VERIFY_NAME_MUTANT'] ?? -1)];

/** The vectors of names, with one rule taken away: `mutate-names.ts` starts it. */
export default defineConfig({
  root: ROOT,
  plugins: [
    {
      name: 'name-mutant',
      enforce: 'pre',
      transform(code, id) {
        if (mutant === undefined || id !== resolve(ROOT, mutant.file)) return undefined;
        return code.replace(mutant.from, () => mutant.to);
      },
    },
  ],
  test: {
    include: [
      'test/unit/names/*.test.ts',
      'test/unit/records/release-manifest.test.ts',
      'test/unit/proof/prove-listed.test.ts',
    ],
    bail: 1,
    // A mutant is not in the key of the cache.
    fsModuleCache: false,
    reporters: ['dot'],
  },
});
