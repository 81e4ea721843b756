import { readFileSync } from 'node:fs';

export const EMBEDDED_ROOT_NAME = 'sigstore-public-good';

/**
 * The trusted root that ships with k8s-verify. The path holds from `src/trust/`, from `dist/trust/` and from the
 * bundled `dist/cli/` alike; single-file builds put the file's content in place of this module.
 */
export function embeddedRootBytes(): Uint8Array {
  return readFileSync(new URL(`../../trust-roots/${EMBEDDED_ROOT_NAME}/trusted_root.json`, import.meta.url));
}
