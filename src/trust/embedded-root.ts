import { readFileSync } from 'node:fs';

export const EMBEDDED_ROOT_NAME = 'sigstore-public-good';

/** The trusted root that ships with k8s-verify. */
export function embeddedRootBytes(): Uint8Array {
  return embedded('trusted_root.json');
}

/** What was written down when it was taken: `{"currentAsOf": "2026-10-07"}`. */
export function embeddedRecordBytes(): Uint8Array {
  return embedded('record.json');
}

/**
 * The path holds from `src/trust/`, from `dist/trust/` and from the bundled `dist/cli/` alike; single-file builds put
 * the files' content in place of this module.
 */
function embedded(name: string): Uint8Array {
  return readFileSync(new URL(`../../trust-roots/${EMBEDDED_ROOT_NAME}/${name}`, import.meta.url));
}
