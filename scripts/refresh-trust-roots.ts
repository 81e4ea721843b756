/**
 * Writes `trust-roots/sigstore-public-good/` anew: `npm run trust-roots` from what `@sigstore/tuf` carries, with
 * `--fetch` from the TUF repository itself. With `--check` it only says whether the files are what their README says.
 */
import { fileURLToPath } from 'node:url';
import { runTrustRoots } from './trust-roots/run.ts';

process.exitCode = await runTrustRoots(process.argv.slice(2), {
  folder: fileURLToPath(new URL('../trust-roots/sigstore-public-good', import.meta.url)),
  env: process.env,
  print: console.log,
  printError: console.error,
});
