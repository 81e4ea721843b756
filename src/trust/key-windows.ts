/** The keys of a trusted root, as people read them: whose, for what, and when they count. */
import type { CertificateAuthority, TransparencyLogInstance } from '@sigstore/protobuf-specs';
import { encodeHex } from '../strict/hex.ts';
import type { TrustMaterial } from './trust-material.ts';

/** What a key of a trusted root is used for. */
export type KeyUse = 'certificates' | 'public-log' | 'certificate-log' | 'timestamps';

/** One authority or log of a trusted root. */
export interface KeyWindow {
  /** Whose it is: the URL. */
  readonly of: string;
  readonly use: KeyUse;
  /** From when it counts, ISO 8601. */
  readonly since: string;
  /** Until when it counts, ISO 8601; absent while it is in use. */
  readonly until?: string;
  /** The ID of a log, hex; absent for an authority. */
  readonly id?: string;
}

/** Every authority and log that counts, in the order of the trusted root. */
export function keyWindows({ root }: TrustMaterial): readonly KeyWindow[] {
  return [
    ...root.certificateAuthorities.map((one) => ofAuthority(one, 'certificates')),
    ...root.tlogs.map((one) => ofLog(one, 'public-log')),
    ...root.ctlogs.map((one) => ofLog(one, 'certificate-log')),
    ...root.timestampAuthorities.map((one) => ofAuthority(one, 'timestamps')),
  ];
}

function ofAuthority({ uri, subject, validFor }: CertificateAuthority, use: KeyUse): KeyWindow {
  return { of: uri === '' ? (subject?.commonName ?? '') : uri, use, ...spanOf(validFor) };
}

function ofLog(log: TransparencyLogInstance, use: KeyUse): KeyWindow {
  const id = log.logId?.keyId ?? log.checkpointKeyId?.keyId;
  const window = { of: log.baseUrl, use, ...spanOf(log.publicKey?.validFor) };
  return id === undefined ? window : { ...window, id: encodeHex(id) };
}

function spanOf(
  validFor: { readonly start?: Date | undefined; readonly end?: Date | undefined } | undefined,
): Pick<KeyWindow, 'since' | 'until'> {
  const since = validFor?.start?.toISOString() ?? '';
  const until = validFor?.end?.toISOString();
  return until === undefined ? { since } : { since, until };
}
