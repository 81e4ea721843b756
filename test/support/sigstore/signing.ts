/**
 * One signing, whole: leaf, signature, log entry, timestamps, side files and bundle. Each part is made honestly from the
 * one before, after whatever alteration the options ask for; so an altered part is the only thing wrong.
 */
import {
  BUNDLE_MEDIA_TYPES,
  bundleEntryOf,
  type BundleJson,
  type BundleVersion,
  type TlogEntryJson,
} from './bundle.ts';
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
import type { RekorEntry, RekorLog } from './rekor-log.ts';

/** Who takes part in a signing. */
export interface SigningAuthorities {
  readonly certificateAuthority: CertificateAuthority;
  readonly rekor: RekorLog;
}

export interface SignOptions extends LeafOptions {
  /** Authorities of another Sigstore, for some or all of the parts. */
  readonly authorities?: Partial<SigningAuthorities>;
  /** Signs with a bare key and no certificate (cosign's managed keys). */
  readonly managedKey?: KeyKind | KeyPair;
  readonly hash?: HashName;
  /** Where it is logged; `none` leaves it out. Default `rekor-v1`. */
  readonly log?: 'rekor-v1' | 'none';
  /** Default: the time of signing. */
  readonly integratedAt?: Date;
  /** Changes the signature before it is logged and published. */
  readonly alterSignature?: (signature: Uint8Array) => Uint8Array;
  /** Changes the body of the log entry before it is logged: proof and SET fit the changed body. */
  readonly alterBody?: (body: JsonValue) => JsonValue;
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
  /** The kind of the log entry. Default `dsse`. */
  readonly entryKind?: 'dsse' | 'intoto';
}

export interface Signed {
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
  /** What was proposed to the log, whether it was logged or not. */
  readonly proposedEntry: JsonValue;
  /** The Rekor v1 entry. */
  readonly entry: RekorEntry | undefined;
  readonly tlogEntries: readonly TlogEntryJson[];
  /** The bundle's JSON, after `alter` changed it in place or returned another. */
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

export type AlterBundle = (bundle: BundleJson) => BundleJson | void;

const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64');

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
    const pem = toPem('PUBLIC KEY', key.spki);
    const verifier = { pem, der: key.spki, kind: 'public-key', keyDetails: keyDetails(key.kind) } as const;
    return { key, leaf: undefined, chain: [], verifier };
  }
  const leaf = authorities.certificateAuthority.issueLeaf(options);
  const { der, pem, key } = leaf;
  const verifier = { pem, der, kind: 'certificate', keyDetails: keyDetails(key.kind) } as const;
  return { key, leaf, chain: [der, ...authorities.certificateAuthority.chain], verifier };
}

export function signBlob(defaults: SigningAuthorities, options: BlobOptions): SignedBlob {
  const authorities = { ...defaults, ...options.authorities };
  const signer = createSigner(authorities, options);
  const hash = options.hash ?? hashFor(signer.key.kind);
  const { digest, signature: fitting } = signContent(signer.key, hash, options);
  const signature = options.alterSignature?.(fitting) ?? fitting;
  const body = bodies.hashedrekordV1({ digest, hash, signature, verifier: signer.verifier });
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
  const { payloadType = 'application/vnd.in-toto+json' } = options;
  const payload =
    options.payload instanceof Uint8Array
      ? options.payload
      : Buffer.from(JSON.stringify(options.payload), 'utf8');
  const fitting = signMessage(signer.key, preAuthenticationEncoding(payloadType, payload), options.hash);
  const signature = options.alterSignature?.(fitting) ?? fitting;
  const dsseEnvelope = {
    payload: base64(payload),
    payloadType,
    signatures: [{ sig: base64(signature) }],
  };
  const entry = {
    payload,
    payloadType,
    signature,
    verifier: signer.verifier,
    envelope: JSON.stringify(dsseEnvelope),
  };
  const body = options.entryKind === 'intoto' ? bodies.intotoV1(entry) : bodies.dsseV1(entry);
  return {
    ...assemble(authorities, options, { signer, signature, body, content: { dsseEnvelope } }),
    payload,
    payloadType,
  };
}

/** DSSE's PAE: what is signed of an envelope. */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const header = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(header, 'utf8'), payload]);
}

interface Parts {
  readonly signer: Signer;
  readonly signature: Uint8Array;
  readonly body: JsonValue;
  readonly content: Pick<BundleJson, 'messageSignature' | 'dsseEnvelope'>;
}

function assemble(authorities: SigningAuthorities, options: SignOptions, parts: Parts): Signed {
  const { signer, signature, content } = parts;
  const at = options.integratedAt ?? options.at ?? new Date();
  const body = options.alterBody?.(parts.body) ?? parts.body;
  const { rekor } = authorities;
  const entry = options.log === 'none' ? undefined : rekor.append(bodies.encodeBody(body), at);
  const tlogEntries = entry === undefined ? [] : [bundleEntryOf(rekor.answer(entry))];
  const bundleJson = (version: BundleVersion = '0.3'): BundleJson =>
    structuredClone({
      mediaType: BUNDLE_MEDIA_TYPES[version],
      verificationMaterial: { ...keyMaterial(signer, version), tlogEntries },
      ...content,
    });
  return {
    key: signer.key,
    leaf: signer.leaf,
    chain: signer.chain,
    signature,
    signatureFile: base64(signature),
    pem: signer.verifier.pem,
    certificateFile: base64(signer.verifier.pem),
    proposedEntry: body,
    entry,
    tlogEntries,
    bundleJson,
    bundle(version, alter) {
      const bundle = bundleJson(version);
      return JSON.stringify(alter?.(bundle) ?? bundle);
    },
  };
}

function keyMaterial(
  signer: Signer,
  version: BundleVersion,
): Pick<BundleJson['verificationMaterial'], 'certificate' | 'x509CertificateChain' | 'publicKey'> {
  if (signer.leaf === undefined) return { publicKey: { hint: base64(digestOf(signer.key.spki)) } };
  const certificate = { rawBytes: base64(signer.leaf.der) };
  return version === '0.3' ? { certificate } : { x509CertificateChain: { certificates: [certificate] } };
}
