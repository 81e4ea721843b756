import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = process.env['K8S_VERIFY_SHARED'] ?? fileURLToPath(new URL('../../../shared', import.meta.url));

/** A file of the shared material next to the repository, or undefined where this machine has none. */
export function sharedFile(path: string): string | undefined {
  const file = `${root}/${path}`;
  return existsSync(file) ? file : undefined;
}
