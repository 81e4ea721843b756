import { excerpt } from '../text/excerpt.ts';
import { Fields, type FieldsForm } from '../strict/fields.ts';
import { parseJsonStrictly } from '../strict/json.ts';
import { malformed } from '../strict/malformed.ts';
import { MAX_PROVENANCE_BYTES, MAX_PROVENANCE_VALUES } from '../limits.ts';
import { isPathOf, type ReleaseArtifact } from '../release/artifact.ts';
import { formatReleaseVersion, type ReleaseVersion } from '../release/version.ts';
import { pathInReleaseOf } from './path-in-release.ts';
import type { SumsAlgorithm } from './release-sums.ts';

/** The digests in the document, in hex. */
export type StatedDigests = Readonly<Partial<Record<SumsAlgorithm, string>>>;

/** What a release's `provenance.json` says about one artifact. Not verified yet. */
export interface ReleaseProvenance {
  /** Undefined if no subject is the artifact. */
  readonly digests: StatedDigests | undefined;
  readonly form: ProvenanceForm;
}

/**
 * `statement`: unsigned, as krel publishes it up to 2026. `envelope`: a DSSE envelope without certificate or log
 * entry, which cannot be proved. `bundle`: a Sigstore bundle; its bytes must be proved before the statement counts.
 */
export type ProvenanceForm =
  | { readonly kind: 'statement' }
  | { readonly kind: 'envelope' }
  | { readonly kind: 'bundle'; readonly bytes: Uint8Array };

/** in-toto attestation framework, Statement layer: v0.1 is what krel writes, v1 its successor. */
const STATEMENT_TYPES: ReadonlyMap<string, string> = namesOf(
  'https://in-toto.io/Statement/v0.1',
  'https://in-toto.io/Statement/v1',
);
const IN_TOTO_PAYLOAD_TYPE: ReadonlyMap<string, string> = namesOf('application/vnd.in-toto+json');
const LIMITS = { maxBytes: MAX_PROVENANCE_BYTES, maxValues: MAX_PROVENANCE_VALUES } as const;
const BUNDLE_MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle';
/** Some SPDX readers keep the quotation marks around a checksum, so some statements contain them. */
const DIGESTS: Readonly<Record<SumsAlgorithm, RegExp>> = {
  sha256: /^(["']?)([0-9a-f]{64})\1$/,
  sha512: /^(["']?)([0-9a-f]{128})\1$/,
};

/**
 * Finds an artifact among the subjects of a release's provenance, an in-toto statement. A subject's name is the path
 * in the release, or follows a bucket or URL (`gs://k8s-release/release/v1.26.0/bin/...`). Subjects may occur more
 * than once, as the release's SPDX document lists files in several packages; they must agree.
 *
 * @throws UntrustedError `material-oversized`; `material-malformed`, also if two subjects contradict each other
 */
export function digestsFromProvenance(bytes: Uint8Array, artifact: ReleaseArtifact): ReleaseProvenance {
  const what = nameOf(artifact.version);
  const { form, subjects } = readStatement(bytes, what);
  let digests: StatedDigests | undefined;
  for (const { name, digest } of subjects) {
    if (isPathOf(name, artifact)) digests = mergeDigests(digests ?? {}, readDigests(digest), name, what);
  }
  return { digests, form };
}

/**
 * Every subject of a release's provenance by its path in the release, read once for all of them.
 *
 * @throws as {@link digestsFromProvenance}
 */
export function readProvenance(
  bytes: Uint8Array,
  version: ReleaseVersion,
): { readonly form: ProvenanceForm; readonly subjects: ReadonlyMap<string, StatedDigests> } {
  const what = nameOf(version);
  const { form, subjects } = readStatement(bytes, what);
  const digests = new Map<string, StatedDigests>();
  for (const { name, digest } of subjects) {
    const path = pathInReleaseOf(name, version);
    digests.set(path, mergeDigests(digests.get(path) ?? {}, readDigests(digest), name, what));
  }
  return { form, subjects: digests };
}

function nameOf(version: ReleaseVersion): string {
  return `provenance.json of ${formatReleaseVersion(version)}`;
}

interface Subject {
  readonly name: string;
  readonly digest: Fields;
}

function readStatement(
  bytes: Uint8Array,
  what: string,
): { readonly form: ProvenanceForm; readonly subjects: readonly Subject[] } {
  const document = parseJsonStrictly(bytes, what, LIMITS);
  const { form, statement } = unwrap(new Fields(document, what, 'any', formOf(what)), bytes, what);
  statement.choice('_type', STATEMENT_TYPES);
  const subjects = statement.objects('subject', 'any', Number.POSITIVE_INFINITY);
  if (subjects.length === 0) throw statement.flawed('subject', 'a subject', 'none');
  statement.text('predicateType');
  return {
    form,
    subjects: subjects.map((one) => ({ name: one.text('name'), digest: one.object('digest', 'any') })),
  };
}

/** The rest of the document is not read: it is only compared with a proof, and proves nothing by itself. */
function formOf(what: string): FieldsForm {
  return {
    flawed: (path, wanted, found) =>
      malformed(`${what} is not a provenance statement`, `${path}: ${wanted}`, found),
  };
}

function unwrap(
  document: Fields,
  bytes: Uint8Array,
  what: string,
): { readonly form: ProvenanceForm; readonly statement: Fields } {
  switch (document.oneOf('_type', 'payload', 'dsseEnvelope')) {
    case '_type':
      return { form: { kind: 'statement' }, statement: document };
    case 'payload':
      return { form: { kind: 'envelope' }, statement: openEnvelope(document, what) };
    case 'dsseEnvelope': {
      const mediaType = document.text('mediaType');
      if (!mediaType.startsWith(BUNDLE_MEDIA_TYPE)) {
        throw document.flawed('mediaType', BUNDLE_MEDIA_TYPE, excerpt(mediaType));
      }
      const envelope = document.object('dsseEnvelope', 'any');
      return { form: { kind: 'bundle', bytes }, statement: openEnvelope(envelope, what) };
    }
  }
}

function openEnvelope(envelope: Fields, what: string): Fields {
  envelope.choice('payloadType', IN_TOTO_PAYLOAD_TYPE);
  const payload = envelope.bytes('payload', MAX_PROVENANCE_BYTES);
  const inner = `the statement in ${what}`;
  const statement = parseJsonStrictly(payload, inner, LIMITS);
  return new Fields(statement, inner, 'any', formOf(what));
}

function readDigests(digest: Fields): StatedDigests {
  const [sha256, sha512] = [readDigest(digest, 'sha256'), readDigest(digest, 'sha512')];
  return { ...(sha256 === undefined ? {} : { sha256 }), ...(sha512 === undefined ? {} : { sha512 }) };
}

function readDigest(digest: Fields, algorithm: SumsAlgorithm): string | undefined {
  if (!digest.has(algorithm)) return undefined;
  const text = digest.text(algorithm);
  const hex = DIGESTS[algorithm].exec(text)?.[2];
  if (hex === undefined) throw digest.flawed(algorithm, 'lower-case hex', excerpt(text));
  return hex;
}

function mergeDigests(known: StatedDigests, more: StatedDigests, name: string, what: string): StatedDigests {
  for (const algorithm of ['sha256', 'sha512'] as const) {
    const [one, other] = [known[algorithm], more[algorithm]];
    if (one !== undefined && other !== undefined && one !== other) {
      const message = `${what} has two digests for ${excerpt(name)}`;
      throw malformed(message, `one ${algorithm} for each subject`, `${one} and ${other}`);
    }
  }
  return { ...known, ...more };
}

function namesOf(...names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.map((name) => [name, name]));
}
