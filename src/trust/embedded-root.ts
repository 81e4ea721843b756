import { readFileSync } from 'node:fs';

export const EMBEDDED_ROOT_NAME = 'sigstore-public-good';

/** The TUF repository of the same Sigstore. */
export const PUBLIC_GOOD_TUF_URL = 'https://tuf-repo-cdn.sigstore.dev';

/** The trusted root that ships with k8s-verify. */
export function embeddedRootBytes(): Uint8Array {
  return embedded('trusted_root.json');
}

/** The TUF root that the embedded trusted root was verified with; every refresh begins with it. */
export function embeddedTufRootBytes(): Uint8Array {
  return embedded('root.json');
}

/** The record that was written when it was fetched: `{"currentAsOf": "2026-10-07"}`. */
export function embeddedRecordBytes(): Uint8Array {
  return embedded('record.json');
}

/**
 * The path is the same from `src/trust/`, `dist/trust/` and the bundled `dist/cli/`. Single-file builds replace this
 * module with the content of the files.
 */
function embedded(name: string): Uint8Array {
  return readFileSync(new URL(`../../trust-roots/${EMBEDDED_ROOT_NAME}/${name}`, import.meta.url));
}
