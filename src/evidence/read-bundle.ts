import { parseJsonStrictly } from '../strict/json.ts';
import { Fields, PROTOBUF } from '../strict/fields.ts';
import { type Digest, DIGEST_BYTES, HASH_ALGORITHMS } from '../strict/digest.ts';
import { encodeHex } from '../strict/hex.ts';
import { malformed, oversized } from '../strict/malformed.ts';
import type { UntrustedError } from '../errors.ts';
import {
  MAX_BUNDLE_BYTES,
  MAX_CHAIN_CERTIFICATES,
  MAX_CHECKPOINT_BYTES,
  MAX_DER_BYTES,
  MAX_LOG_ENTRIES,
  MAX_PROOF_HASHES,
  MAX_SIGNATURE_FILE_BYTES,
  MAX_TIMESTAMP_BYTES,
  MAX_TIMESTAMPS,
} from '../limits.ts';
import type {
  BundleVersion,
  Evidence,
  InclusionProof,
  LogEntry,
  SignedContent,
  SigningKey,
} from './evidence.ts';

const MEDIA_TYPES: ReadonlyMap<string, BundleVersion> = new Map([
  ['application/vnd.dev.sigstore.bundle+json;version=0.1', '0.1'],
  ['application/vnd.dev.sigstore.bundle+json;version=0.2', '0.2'],
  ['application/vnd.dev.sigstore.bundle+json;version=0.3', '0.3'],
  ['application/vnd.dev.sigstore.bundle.v0.3+json', '0.3'],
]);

const SHA256_BYTES = 32;
const BUNDLE_FIELDS = ['mediaType', 'verificationMaterial', 'messageSignature', 'dsseEnvelope'];

/**
 * Reads a Sigstore bundle (`*.sigstore.json`, client specification section 5, bundle v0.1 to v0.3) as strictly as
 * possible. The result is limited in size and well-formed, but not verified.
 *
 * @param what names it in errors.
 * @throws UntrustedError `material-malformed`, `material-oversized`
 */
export function readBundle(bytes: Uint8Array, what = 'the bundle'): Evidence {
  const json = parseJsonStrictly(bytes, what, { maxBytes: MAX_BUNDLE_BYTES });
  const bundle = new Fields(json, what, BUNDLE_FIELDS, PROTOBUF);
  const version = bundle.choice('mediaType', MEDIA_TYPES);
  const material = bundle.object('verificationMaterial', [
    'publicKey',
    'x509CertificateChain',
    'certificate',
    'tlogEntries',
    'timestampVerificationData',
  ]);
  return {
    version,
    content: readContent(bundle),
    key: readKey(material, version),
    logEntries: material
      .objects('tlogEntries', LOG_ENTRY_FIELDS, MAX_LOG_ENTRIES)
      .map((entry) => readLogEntry(entry, version)),
    timestamps:
      material
        .optionalObject('timestampVerificationData', ['rfc3161Timestamps'])
        ?.objects('rfc3161Timestamps', ['signedTimestamp'], MAX_TIMESTAMPS)
        .map((timestamp) => timestamp.bytes('signedTimestamp', MAX_TIMESTAMP_BYTES)) ?? [],
  };
}

function readContent(bundle: Fields): SignedContent {
  if (bundle.oneOf('messageSignature', 'dsseEnvelope') === 'messageSignature') {
    const message = bundle.object('messageSignature', ['messageDigest', 'signature']);
    const digest = message.optionalObject('messageDigest', ['algorithm', 'digest']);
    return {
      kind: 'message-signature',
      digest: digest && readDigest(digest),
      signature: message.bytes('signature', MAX_SIGNATURE_FILE_BYTES),
    };
  }
  const envelope = bundle.object('dsseEnvelope', ['payload', 'payloadType', 'signatures']);
  const [signature, ...others] = envelope.objects('signatures', ['sig', 'keyid'], MAX_LOG_ENTRIES);
  if (signature === undefined || others.length > 0) {
    throw envelope.flawed('signatures', 'exactly one signature', `${others.length + (signature ? 1 : 0)}`);
  }
  // An unsigned hint. Check that it is a string, then drop it.
  signature.textOrEmpty('keyid');
  return {
    kind: 'dsse',
    payloadType: envelope.textOrEmpty('payloadType'),
    payload: envelope.bytes('payload', MAX_BUNDLE_BYTES),
    signature: signature.bytes('sig', MAX_SIGNATURE_FILE_BYTES),
  };
}

function readDigest(message: Fields): Digest {
  const algorithm = message.choice('algorithm', HASH_ALGORITHMS);
  const digest = message.bytes('digest');
  if (digest.length !== DIGEST_BYTES[algorithm]) {
    throw message.flawed(
      'digest',
      `${DIGEST_BYTES[algorithm]} bytes of ${algorithm}`,
      `${digest.length} bytes`,
    );
  }
  return { algorithm, hex: encodeHex(digest) };
}

/** Bundles before v0.3 have a chain, v0.3 has only the leaf. Either can name a key instead. */
function readKey(material: Fields, version: BundleVersion): SigningKey {
  const kind = material.oneOf('publicKey', 'x509CertificateChain', 'certificate');
  if (kind === 'publicKey') {
    return { kind: 'public-key', hint: material.object('publicKey', ['hint']).textOrEmpty('hint') };
  }
  if ((kind === 'certificate') !== (version === '0.3')) {
    const wanted = version === '0.3' ? 'certificate' : 'x509CertificateChain';
    throw material.flawed(kind, `${wanted} in a bundle v${version}`, kind);
  }
  if (kind === 'certificate') {
    const leaf = material.object('certificate', ['rawBytes']).bytes('rawBytes');
    return { kind: 'certificate', leaf, chain: [leaf] };
  }
  const chain = material
    .object('x509CertificateChain', ['certificates'])
    .objects('certificates', ['rawBytes'], MAX_CHAIN_CERTIFICATES)
    .map((certificate) => certificate.bytes('rawBytes'));
  const [leaf] = chain;
  if (leaf === undefined) throw material.flawed('x509CertificateChain', 'a certificate', 'an empty chain');
  return { kind: 'certificate', leaf, chain };
}

const LOG_ENTRY_FIELDS = [
  'logIndex',
  'logId',
  'kindVersion',
  'integratedTime',
  'inclusionPromise',
  'inclusionProof',
  'canonicalizedBody',
];

function readLogEntry(entry: Fields, version: BundleVersion): LogEntry {
  const kindVersion = entry.object('kindVersion', ['kind', 'version']);
  const integratedTime = entry.int64('integratedTime');
  const promise = entry.optionalObject('inclusionPromise', ['signedEntryTimestamp']);
  const proof = entry.optionalObject('inclusionProof', [
    'logIndex',
    'rootHash',
    'treeSize',
    'hashes',
    'checkpoint',
  ]);
  // The bundle format requires the promise in v0.1, and the proof with its checkpoint from v0.2 on.
  if (version === '0.1' && promise === undefined) {
    throw entry.flawed('inclusionPromise', 'an inclusion promise in a bundle v0.1', 'none');
  }
  if (version !== '0.1' && proof === undefined) {
    throw entry.flawed('inclusionProof', `an inclusion proof in a bundle v${version}`, 'none');
  }
  return {
    logIndex: entry.int64('logIndex'),
    logId: entry.object('logId', ['keyId']).bytes('keyId', SHA256_BYTES),
    kind: kindVersion.textOrEmpty('kind'),
    version: kindVersion.textOrEmpty('version'),
    integratedTime: integratedTime === 0n ? undefined : integratedTime,
    signedEntryTimestamp: promise?.bytes('signedEntryTimestamp', MAX_SIGNATURE_FILE_BYTES),
    inclusionProof: proof && readInclusionProof(proof, version),
    canonicalizedBody: entry.bytes('canonicalizedBody', MAX_BUNDLE_BYTES),
  };
}

function readInclusionProof(proof: Fields, version: BundleVersion): InclusionProof {
  const checkpoint = proof.optionalObject('checkpoint', ['envelope'])?.textOrEmpty('envelope');
  if (version !== '0.1' && checkpoint === undefined) {
    throw proof.flawed('checkpoint', `a checkpoint in a bundle v${version}`, 'none');
  }
  if (checkpoint !== undefined && Buffer.byteLength(checkpoint) > MAX_CHECKPOINT_BYTES) {
    throw oversized(
      proof.at('checkpoint'),
      `at most ${MAX_CHECKPOINT_BYTES} bytes`,
      `${Buffer.byteLength(checkpoint)} bytes`,
    );
  }
  return {
    logIndex: proof.int64('logIndex'),
    treeSize: proof.int64('treeSize'),
    rootHash: hash(proof.bytes('rootHash'), proof.at('rootHash')),
    hashes: proof
      .bytesList('hashes', MAX_PROOF_HASHES, MAX_DER_BYTES)
      .map((bytes, i) => hash(bytes, `${proof.at('hashes')}[${i}]`)),
    checkpoint,
  };
}

function hash(bytes: Uint8Array, what: string): Uint8Array {
  if (bytes.length !== SHA256_BYTES) throw flawed(what, `${SHA256_BYTES} bytes`, `${bytes.length} bytes`);
  return bytes;
}

function flawed(what: string, wanted: string, found: string): UntrustedError {
  return malformed(`${what} is malformed`, wanted, found);
}
