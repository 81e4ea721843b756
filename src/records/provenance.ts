import { decodeBase64, excerpt } from '../encoding/base64.ts';
import { isJsonObject, type JsonObject, type JsonValue, parseJsonStrictly } from '../encoding/json.ts';
import { UntrustedError } from '../errors.ts';
import { MAX_RELEASE_FILE_BYTES } from '../limits.ts';
import { isPathOf, type ReleaseArtifact } from '../release/artifact.ts';
import { formatReleaseVersion } from '../release/version.ts';
import type { SumsAlgorithm } from './release-sums.ts';

/** Digests in hex, as far as the document states them. */
export type StatedDigests = Readonly<Partial<Record<SumsAlgorithm, string>>>;

/** What a release's `provenance.json` says of one artifact, before anything of it is believed. */
export interface ReleaseProvenance {
  /** Undefined where no subject is the artifact. */
  readonly digests: StatedDigests | undefined;
  /**
   * `statement`: unsigned, as krel publishes it up to 2026. `envelope`: a DSSE envelope without certificate or log entry,
   * which nothing here can prove. `bundle`: a Sigstore bundle, whose bytes are to be proved before the statement counts.
   */
  readonly form:
    | { readonly kind: 'statement' }
    | { readonly kind: 'envelope' }
    | { readonly kind: 'bundle'; readonly bytes: Uint8Array };
  readonly predicateType: string;
}

/** in-toto attestation framework, Statement layer: v0.1 is what krel writes, v1 its successor. */
const STATEMENT_TYPES: readonly string[] = [
  'https://in-toto.io/Statement/v0.1',
  'https://in-toto.io/Statement/v1',
];
const IN_TOTO_PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const BUNDLE_MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle';
/** Some SPDX readers hand a checksum on with the quotation marks around it, and so it has got into statements. */
const DIGESTS: Readonly<Record<SumsAlgorithm, RegExp>> = {
  sha256: /^(["']?)([0-9a-f]{64})\1$/,
  sha512: /^(["']?)([0-9a-f]{128})\1$/,
};

/**
 * Finds an artifact among the subjects of a release's provenance, an in-toto statement. A subject's name is the path in
 * the release, or that behind a bucket or URL (`gs://k8s-release/release/v1.26.0/bin/...`). Subjects may occur more than
 * once, as the release's SPDX document lists files in several packages; they have to agree.
 *
 * @throws UntrustedError `material-oversized`; `material-malformed`, also where two subjects contradict each other
 */
export function digestsFromProvenance(bytes: Uint8Array, artifact: ReleaseArtifact): ReleaseProvenance {
  const what = `provenance.json of ${formatReleaseVersion(artifact.version)}`;
  const document = parseJsonStrictly(bytes, what, { maxBytes: MAX_RELEASE_FILE_BYTES });
  const { form, statement } = unwrap(document, bytes, what);
  const type = statement['_type'];
  if (typeof type !== 'string' || !STATEMENT_TYPES.includes(type)) {
    throw malformed(what, `an in-toto statement, ${STATEMENT_TYPES.join(' or ')}`, describe(type));
  }
  const predicateType = statement['predicateType'];
  if (typeof predicateType !== 'string') throw malformed(what, 'a predicate type', describe(predicateType));
  const subjects = statement['subject'];
  if (!Array.isArray(subjects) || subjects.length === 0)
    throw malformed(what, 'subjects', describe(subjects));
  let digests: StatedDigests | undefined;
  for (const subject of subjects) {
    const { name, digest } = readSubject(subject, what);
    if (isPathOf(name, artifact))
      digests = mergeDigests(digests ?? {}, readDigests(digest, what), name, what);
  }
  return { digests, form, predicateType };
}

function unwrap(
  document: JsonValue,
  bytes: Uint8Array,
  what: string,
): { readonly form: ReleaseProvenance['form']; readonly statement: JsonObject } {
  if (!isJsonObject(document)) throw malformed(what, 'a JSON object', describe(document));
  const kinds = ['_type', 'payload', 'dsseEnvelope'].filter((key) => Object.hasOwn(document, key));
  if (kinds.length !== 1) {
    throw malformed(
      what,
      'a statement, a DSSE envelope or a Sigstore bundle',
      `${kinds.length} of these at once`,
    );
  }
  if (kinds[0] === '_type') return { form: { kind: 'statement' }, statement: document };
  if (kinds[0] === 'payload') return { form: { kind: 'envelope' }, statement: openEnvelope(document, what) };
  const mediaType = document['mediaType'];
  if (typeof mediaType !== 'string' || !mediaType.startsWith(BUNDLE_MEDIA_TYPE)) {
    throw malformed(what, `a bundle of media type ${BUNDLE_MEDIA_TYPE}`, describe(mediaType));
  }
  return { form: { kind: 'bundle', bytes }, statement: openEnvelope(document['dsseEnvelope'], what) };
}

function openEnvelope(envelope: JsonValue | undefined, what: string): JsonObject {
  const fields = isJsonObject(envelope) ? envelope : {};
  const [payloadType, payload] = [fields['payloadType'], fields['payload']];
  if (payloadType !== IN_TOTO_PAYLOAD_TYPE || typeof payload !== 'string') {
    throw malformed(what, `a DSSE envelope of ${IN_TOTO_PAYLOAD_TYPE}`, describe(payloadType));
  }
  const statement = parseJsonStrictly(
    decodeBase64(payload, `the payload of ${what}`),
    `the statement in ${what}`,
    { maxBytes: MAX_RELEASE_FILE_BYTES },
  );
  if (!isJsonObject(statement)) throw malformed(what, 'a statement as payload', describe(statement));
  return statement;
}

function readSubject(
  subject: JsonValue,
  what: string,
): { readonly name: string; readonly digest: JsonObject } {
  const fields = isJsonObject(subject) ? subject : {};
  const [name, digest] = [fields['name'], fields['digest']];
  if (typeof name !== 'string' || !isJsonObject(digest)) {
    throw malformed(what, 'subjects with a name and digests', describe(subject));
  }
  return { name, digest };
}

function readDigests(digest: JsonObject, what: string): StatedDigests {
  const [sha256, sha512] = [readDigest(digest, 'sha256', what), readDigest(digest, 'sha512', what)];
  return { ...(sha256 === undefined ? {} : { sha256 }), ...(sha512 === undefined ? {} : { sha512 }) };
}

function readDigest(digest: JsonObject, algorithm: SumsAlgorithm, what: string): string | undefined {
  const text = digest[algorithm];
  if (text === undefined) return undefined;
  const hex = typeof text === 'string' ? DIGESTS[algorithm].exec(text)?.[2] : undefined;
  if (hex === undefined) throw malformed(what, `${algorithm} in lower-case hex`, describe(text));
  return hex;
}

function mergeDigests(known: StatedDigests, more: StatedDigests, name: string, what: string): StatedDigests {
  for (const algorithm of ['sha256', 'sha512'] as const) {
    const [one, other] = [known[algorithm], more[algorithm]];
    if (one !== undefined && other !== undefined && one !== other) {
      throw new UntrustedError('material-malformed', `${what} has two digests for ${excerpt(name)}`, {
        expected: `one ${algorithm} for each subject`,
        found: `${one} and ${other}`,
      });
    }
  }
  return { ...known, ...more };
}

function malformed(what: string, expected: string, found: string): UntrustedError {
  return new UntrustedError('material-malformed', `${what} is not a provenance statement`, {
    expected,
    found,
  });
}

function describe(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing';
  return excerpt(typeof value === 'string' ? value : JSON.stringify(value));
}
