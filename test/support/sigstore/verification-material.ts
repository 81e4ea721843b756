/** What a signing leaves with logs and timestamp authorities, and how a bundle carries it. */
import {
  BUNDLE_MEDIA_TYPES,
  bundleEntryOf,
  type BundleJson,
  type BundleVersion,
  type TlogEntryJson,
} from './bundle.ts';
import type { JsonValue } from './canonical-json.ts';
import type { LogAlterations } from './checkpoint.ts';
import { encodeBody } from './entry-bodies.ts';
import type { RekorAlterations, RekorEntry, RekorLog } from './rekor-log.ts';
import type { RekorV2Log } from './rekor-v2-log.ts';
import type { TimestampAuthority, TimestampOptions } from './timestamp-authority.ts';

export interface Recorders {
  readonly rekor: RekorLog;
  readonly rekorV2: RekorV2Log;
  readonly timestampAuthority: TimestampAuthority;
}

export interface RecordOptions extends LogAlterations, RekorAlterations {
  /** Where it is logged; `none` leaves it out. Default `rekor-v1`. */
  readonly log?: 'rekor-v1' | 'rekor-v2' | 'none';
  /** The time of the Rekor v1 entry. Default: the time of signing. */
  readonly integratedAt?: Date;
  /** RFC 3161 timestamps over the signature. Default: one with Rekor v2, which gives no time itself, and none otherwise. */
  readonly timestamps?: readonly TimestampOptions[];
  /** Changes the body of the log entry before it is logged: proof and SET fit the changed body. */
  readonly alterBody?: (body: JsonValue) => JsonValue;
}

export interface Records {
  readonly proposedEntry: JsonValue;
  /** The Rekor v1 entry. */
  readonly entry: RekorEntry | undefined;
  readonly tlogEntries: readonly TlogEntryJson[];
  /** DER of each TimeStampResp. */
  readonly timestamps: readonly Uint8Array[];
}

export interface Recordable {
  readonly at: Date;
  readonly signature: Uint8Array;
  /** The body of the log entry, for the log that takes it. */
  readonly body: JsonValue;
}

export function record(recorders: Recorders, options: RecordOptions, signing: Recordable): Records {
  const { log = 'rekor-v1' } = options;
  const timestamps = (options.timestamps ?? (log === 'rekor-v2' ? [{}] : [])).map((timestamp) => {
    const authority = timestamp.authority ?? recorders.timestampAuthority;
    return authority.respond(signing.signature, { at: signing.at, ...timestamp });
  });
  const proposedEntry = options.alterBody?.(signing.body) ?? signing.body;
  switch (log) {
    case 'rekor-v1': {
      const entry = recorders.rekor.append(encodeBody(proposedEntry), options.integratedAt ?? signing.at);
      const tlogEntries = [bundleEntryOf(recorders.rekor.answer(entry, options))];
      return { proposedEntry, entry, tlogEntries, timestamps };
    }
    case 'rekor-v2': {
      const tlogEntries = [recorders.rekorV2.append(proposedEntry, options)];
      return { proposedEntry, entry: undefined, tlogEntries, timestamps };
    }
    case 'none':
      return { proposedEntry, entry: undefined, tlogEntries: [], timestamps };
  }
}

export interface BundleParts {
  /** The leaf's DER, or the hint of a managed key. */
  readonly key: { readonly leaf: Uint8Array } | { readonly hint: string };
  readonly records: Records;
  readonly content: Pick<BundleJson, 'messageSignature' | 'dsseEnvelope'>;
}

/** A fresh bundle, every part of which may be changed. */
export function bundleOf(parts: BundleParts, version: BundleVersion): BundleJson {
  const { tlogEntries, timestamps } = parts.records;
  const rfc3161Timestamps = timestamps.map((der) => ({
    signedTimestamp: Buffer.from(der).toString('base64'),
  }));
  return structuredClone({
    mediaType: BUNDLE_MEDIA_TYPES[version],
    verificationMaterial: {
      ...keyMaterial(parts.key, version),
      tlogEntries: [...tlogEntries],
      ...(rfc3161Timestamps.length === 0 ? {} : { timestampVerificationData: { rfc3161Timestamps } }),
    },
    ...parts.content,
  });
}

function keyMaterial(
  key: BundleParts['key'],
  version: BundleVersion,
): Pick<BundleJson['verificationMaterial'], 'certificate' | 'x509CertificateChain' | 'publicKey'> {
  if ('hint' in key) return { publicKey: key };
  const certificate = { rawBytes: Buffer.from(key.leaf).toString('base64') };
  return version === '0.3' ? { certificate } : { x509CertificateChain: { certificates: [certificate] } };
}
