/**
 * One signing, whole: leaf, signature, log entry, timestamps, side files and bundle. Each part is made honestly from the
 * one before, after whatever alteration the options ask for; so an altered part is the only thing wrong.
 */
import type { BundleJson, BundleVersion } from './bundle.ts';
import type { JsonValue } from './canonical-json.ts';
import type { CertificateAuthority, Leaf, LeafOptions } from './certificate-authority.ts';
import * as bodies from './entry-bodies.ts';
import {
  digestOf,
  generateKey,
  hashFor,
  type HashName,
  keyDetails,
  type KeyKind,
  type KeyPair,
  signDigest,
  signMessage,
  toPem,
} from './keys.ts';
import {
  bundleOf,
  record,
  type Recorders,
  type RecordOptions,
  type Records,
} from './verification-material.ts';

/** Who takes part in a signing. */
export interface SigningAuthorities extends Recorders {
  readonly certificateAuthority: CertificateAuthority;
}

export interface SignOptions extends LeafOptions, RecordOptions {
  /** Authorities of another Sigstore, for some or all of the parts. */
  readonly authorities?: Partial<SigningAuthorities>;
  /** Signs with a bare key and no certificate (cosign's managed keys). */
  readonly managedKey?: KeyKind | KeyPair;
  readonly hash?: HashName;
  /** Changes the signature before it is logged and published. */
  readonly alterSignature?: (signature: Uint8Array) => Uint8Array;
}

export type BlobOptions = SignOptions &
  (
    | { readonly bytes: Uint8Array }
    /** SHA-256 (or the key's hash) of an artifact too large to hold. */
    | { readonly digest: Uint8Array | string }
  );

export interface DsseOptions extends SignOptions {
  /** An in-toto statement or any other value; written as JSON. Bytes are taken as they are. */
  readonly payload: JsonValue | Uint8Array;
  /** Default `application/vnd.in-toto+json`. */
  readonly payloadType?: string;
  /** The kind of the log entry: `dsse`, in Rekor v1 also `intoto`, in Rekor v2 also `hashedrekord`. Default `dsse`. */
  readonly entryKind?: 'dsse' | 'intoto' | 'hashedrekord';
}

export type AlterBundle = (bundle: BundleJson) => BundleJson | void;

export interface Signed extends Records {
  readonly key: KeyPair;
  /** Absent where a managed key signed. */
  readonly leaf: Leaf | undefined;
  /** DER of the leaf, its issuers, the root. */
  readonly chain: readonly Uint8Array[];
  readonly signature: Uint8Array;
  /** `.sig`: base64, no newline. */
  readonly signatureFile: string;
  /** PEM of the leaf or the managed key. */
  readonly pem: string;
  /** `.cert`: base64 of the PEM. */
  readonly certificateFile: string;
  /** The bundle's JSON, after `alter` changed it in place or returned another. Default version 0.3. */
  bundle(version?: BundleVersion, alter?: AlterBundle): string;
  bundleJson(version?: BundleVersion): BundleJson;
}

export interface SignedBlob extends Signed {
  readonly hash: HashName;
  readonly digest: Uint8Array;
  readonly digestHex: string;
}

export interface SignedDsse extends Signed {
  readonly payload: Uint8Array;
  readonly payloadType: string;
}

const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64');

export function signBlob(defaults: SigningAuthorities, options: BlobOptions): SignedBlob {
  const authorities = { ...defaults, ...options.authorities };
  const signer = createSigner(authorities, options);
  const hash = options.hash ?? hashFor(signer.key.kind);
  const { digest, signature: fitting } = signContent(signer.key, hash, options);
  const signature = options.alterSignature?.(fitting) ?? fitting;
  const entry = { digest, hash, signature, verifier: signer.verifier };
  const body = options.log === 'rekor-v2' ? bodies.hashedrekordV2(entry) : bodies.hashedrekordV1(entry);
  const messageSignature = {
    messageDigest: { algorithm: bodies.bundleHashName(hash), digest: base64(digest) },
    signature: base64(signature),
  };
  return {
    ...assemble(authorities, options, { signer, signature, body, content: { messageSignature } }),
    hash,
    digest,
    digestHex: Buffer.from(digest).toString('hex'),
  };
}

function signContent(
  key: KeyPair,
  hash: HashName,
  content: BlobOptions,
): { readonly digest: Uint8Array; readonly signature: Uint8Array } {
  if ('bytes' in content) {
    return {
      digest: digestOf(content.bytes, hash),
      signature: signMessage(key, content.bytes, hash),
    };
  }
  const digest = typeof content.digest === 'string' ? Buffer.from(content.digest, 'hex') : content.digest;
  return { digest, signature: signDigest(key, digest, hash) };
}

export function signDsse(defaults: SigningAuthorities, options: DsseOptions): SignedDsse {
  const authorities = { ...defaults, ...options.authorities };
  const signer = createSigner(authorities, options);
  const hash = options.hash ?? hashFor(signer.key.kind);
  const { payloadType = 'application/vnd.in-toto+json' } = options;
  const payload =
    options.payload instanceof Uint8Array
      ? options.payload
      : Buffer.from(JSON.stringify(options.payload), 'utf8');
  const encoded = preAuthenticationEncoding(payloadType, payload);
  const fitting = signMessage(signer.key, encoded, hash);
  const signature = options.alterSignature?.(fitting) ?? fitting;
  const dsseEnvelope = { payload: base64(payload), payloadType, signatures: [{ sig: base64(signature) }] };
  const { verifier } = signer;
  const body =
    options.entryKind === 'hashedrekord'
      ? bodies.hashedrekordV2({ digest: digestOf(encoded, hash), hash, signature, verifier })
      : envelopeBody(options, {
          payload,
          payloadType,
          signature,
          verifier,
          envelope: JSON.stringify(dsseEnvelope),
        });
  return {
    ...assemble(authorities, options, { signer, signature, body, content: { dsseEnvelope } }),
    payload,
    payloadType,
  };
}

function envelopeBody(options: DsseOptions, entry: bodies.EntryOfEnvelope): JsonValue {
  if (options.log === 'rekor-v2') return bodies.dsseV2(entry);
  return options.entryKind === 'intoto' ? bodies.intotoV1(entry) : bodies.dsseV1(entry);
}

/** DSSE's PAE: what is signed of an envelope. */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const header = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(header, 'utf8'), payload]);
}

interface Signer {
  readonly key: KeyPair;
  readonly leaf: Leaf | undefined;
  readonly chain: readonly Uint8Array[];
  readonly verifier: bodies.EntryVerifier;
}

function createSigner(authorities: SigningAuthorities, options: SignOptions): Signer {
  const { managedKey } = options;
  if (managedKey !== undefined) {
    const key = typeof managedKey === 'object' ? managedKey : generateKey(managedKey);
    return { key, leaf: undefined, chain: [], verifier: publicKeyVerifier(key) };
  }
  const leaf = authorities.certificateAuthority.issueLeaf(options);
  const chain = [leaf.der, ...authorities.certificateAuthority.chain];
  return { key: leaf.key, leaf, chain, verifier: certificateVerifier(leaf) };
}

/** A certificate as a log entry names it; `entry-bodies.ts` takes it. */
export function certificateVerifier(leaf: Pick<Leaf, 'der' | 'pem' | 'key'>): bodies.EntryVerifier {
  const { der, pem, key } = leaf;
  return { pem, der, kind: 'certificate', keyDetails: keyDetails(key.kind) };
}

export function publicKeyVerifier(key: KeyPair): bodies.EntryVerifier {
  const pem = toPem('PUBLIC KEY', key.spki);
  return { pem, der: key.spki, kind: 'public-key', keyDetails: keyDetails(key.kind) };
}

interface Parts {
  readonly signer: Signer;
  readonly signature: Uint8Array;
  readonly body: JsonValue;
  readonly content: Pick<BundleJson, 'messageSignature' | 'dsseEnvelope'>;
}

function assemble(authorities: SigningAuthorities, options: SignOptions, parts: Parts): Signed {
  const { signer, signature, content, body } = parts;
  const records = record(authorities, options, { at: options.at ?? new Date(), signature, body });
  const key =
    signer.leaf === undefined ? { hint: base64(digestOf(signer.key.spki)) } : { leaf: signer.leaf.der };
  const bundleJson = (version: BundleVersion = '0.3'): BundleJson =>
    bundleOf({ key, records, content }, version);
  return {
    ...records,
    key: signer.key,
    leaf: signer.leaf,
    chain: signer.chain,
    signature,
    signatureFile: base64(signature),
    pem: signer.verifier.pem,
    certificateFile: base64(signer.verifier.pem),
    bundleJson,
    bundle(version, alter) {
      const bundle = bundleJson(version);
      return JSON.stringify(alter?.(bundle) ?? bundle);
    },
  };
}
