import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What ships is what is tested: `dist/` is built anew before any test runs. */
export function setup(): void {
  execFileSync(process.execPath, [fileURLToPath(new URL('../../scripts/build.ts', import.meta.url))], {
    stdio: 'inherit',
  });
}
