/** A certificate transparency log as far as a verifier sees one: signed certificate timestamps (RFC 6962, section 3). */
import {
  digestOf,
  freshKey,
  hashFor,
  type KeyKind,
  type KeyPair,
  type MakeKey,
  signMessage,
} from './keys.ts';

export interface CtLog {
  readonly baseUrl: string;
  readonly key: KeyPair;
  /** SHA-256 of the log's key. */
  readonly logId: Uint8Array;
}

export interface CtLogOptions {
  readonly baseUrl?: string;
  readonly key?: KeyKind;
  readonly makeKey?: MakeKey;
}

export function createCtLog(options: CtLogOptions = {}): CtLog {
  const { makeKey = freshKey } = options;
  const key = makeKey('ct-log', options.key ?? 'p256');
  return { baseUrl: options.baseUrl ?? 'https://ctfe.sigstore.test/2022', key, logId: digestOf(key.spki) };
}

/** One SCT in a certificate's list; of the authority's own log at the time of issue unless said otherwise. */
export interface SctOptions {
  /** A log that the trusted root does not know makes an SCT of an unknown log. */
  readonly log?: CtLog;
  readonly at?: Date;
  /** CtExtensions: static CT logs put the leaf index there. */
  readonly extensions?: Uint8Array;
  /** Changes the finished SCT, as TLS encodes it without its length. */
  readonly alter?: (sct: Uint8Array) => Uint8Array;
}

/** The SCT for a precertificate: its TBSCertificate without poison and SCT list. */
export function signTimestamp(
  log: CtLog,
  precertificate: { readonly toBeSigned: Uint8Array; readonly issuerSpki: Uint8Array },
  options: { readonly at: Date; readonly extensions?: Uint8Array },
): Uint8Array {
  const timestamp = Buffer.alloc(8);
  timestamp.writeBigUInt64BE(BigInt(options.at.getTime()));
  const extensions = withLength(2, options.extensions ?? new Uint8Array());
  const signed = Buffer.concat([
    Buffer.of(0, 0),
    timestamp,
    Buffer.of(0, 1),
    digestOf(precertificate.issuerSpki),
    withLength(3, precertificate.toBeSigned),
    extensions,
  ]);
  const hash = hashFor(log.key.kind);
  return Buffer.concat([
    Buffer.of(0),
    log.logId,
    timestamp,
    extensions,
    Buffer.of({ sha256: 4, sha384: 5, sha512: 6 }[hash], log.key.kind.startsWith('rsa') ? 1 : 3),
    withLength(2, signMessage(log.key, signed, hash)),
  ]);
}

/** SignedCertificateTimestampList, as TLS encodes it. */
export function sctList(scts: readonly Uint8Array[]): Uint8Array {
  return withLength(2, Buffer.concat(scts.map((sct) => withLength(2, sct))));
}

function withLength(octets: number, bytes: Uint8Array): Uint8Array {
  const length = Buffer.alloc(octets);
  length.writeUIntBE(bytes.length, 0, octets);
  return Buffer.concat([length, bytes]);
}
