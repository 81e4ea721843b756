/** Changes to the parts of a bundle and of a trusted root, for the vectors. */
import { setAt } from '#support/json';
import type { InclusionProofJson, TlogEntryJson } from '#support/sigstore/bundle';
import type { JsonValue } from '#support/sigstore/canonical-json';
import type { CertificateAuthorityJson, TransparencyLogJson } from '#support/sigstore/trusted-root';
import type { EvidenceOptions } from './vector.ts';

export const V2 = { log: 'rekor-v2' } as const;

export function base64(bytes: Uint8Array | string): string {
  return Buffer.from(bytes).toString('base64');
}

/** Changes the only log entry of the bundle. */
export function alterEntry(alter: (entry: TlogEntryJson) => void): EvidenceOptions {
  return {
    alter: ({ verificationMaterial }) => {
      for (const entry of verificationMaterial.tlogEntries.slice(0, 1)) alter(entry);
    },
  };
}

export function alterProof(alter: (proof: InclusionProofJson) => void): EvidenceOptions {
  return alterEntry(({ inclusionProof }) => {
    if (inclusionProof !== undefined) alter(inclusionProof);
  });
}

/** Changes the checkpoint's text, signatures and all. */
export function alterNote(alter: (envelope: string) => string): EvidenceOptions {
  return alterProof(({ checkpoint }) => {
    if (checkpoint !== undefined) checkpoint.envelope = alter(checkpoint.envelope);
  });
}

/** The entry's inclusion proof alone speaks for it. */
export function withoutPromise(entry: TlogEntryJson): void {
  delete entry.inclusionPromise;
  delete entry.integratedTime;
}

/** Another body, which the log takes, promises and proves all the same. */
export function alterBody(
  path: readonly string[],
  value: JsonValue,
): { readonly alterBody: (body: JsonValue) => JsonValue } {
  return { alterBody: (whole) => setAt(whole, path, value) };
}

/** Changes a log of the trusted root: Rekor v1 is the first, Rekor v2 the second. */
export function alterLog(index: number, alter: (log: TransparencyLogJson) => void): EvidenceOptions {
  return {
    alterRoot: ({ tlogs }) => {
      for (const log of tlogs.slice(index, index + 1)) alter(log);
    },
  };
}

export function alterCtLog(alter: (log: TransparencyLogJson) => void): EvidenceOptions {
  return {
    alterRoot: ({ ctlogs }) => {
      for (const log of ctlogs.slice(0, 1)) alter(log);
    },
  };
}

export function alterAuthority(alter: (authority: CertificateAuthorityJson) => void): EvidenceOptions {
  return {
    alterRoot: ({ certificateAuthorities }) => {
      for (const authority of certificateAuthorities.slice(0, 1)) alter(authority);
    },
  };
}

export function alterTimestampAuthority(
  alter: (authority: CertificateAuthorityJson) => void,
): EvidenceOptions {
  return {
    alterRoot: ({ timestampAuthorities }) => {
      for (const authority of timestampAuthorities.slice(0, 1)) alter(authority);
    },
  };
}

/** Windows of validity around the time of signing, 2026-03-01T12:00:00Z. */
export const UNTIL_THEN = { start: '2021-01-01T00:00:00Z', end: '2026-03-01T12:00:00Z' } as const;
export const UNTIL_BEFORE = { start: '2021-01-01T00:00:00Z', end: '2026-03-01T11:59:59Z' } as const;
export const SINCE_AFTER = { start: '2026-03-01T12:00:01Z' } as const;
