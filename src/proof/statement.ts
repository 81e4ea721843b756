import { excerpt } from '../text/excerpt.ts';
import { isJsonObject, type JsonObject, type JsonValue, parseJsonStrictly } from '../strict/json.ts';
import { UntrustedError } from '../errors.ts';
import type { Digest, HashAlgorithm } from '../strict/digest.ts';
import type { SignedContent } from '../evidence/evidence.ts';
import { MAX_BUNDLE_BYTES } from '../limits.ts';

const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const STATEMENT_TYPES: ReadonlySet<string> = new Set([
  'https://in-toto.io/Statement/v0.1',
  'https://in-toto.io/Statement/v1',
]);
/** The digests of a subject that are compared. Others are not understood and do not count. */
const ALGORITHMS: readonly HashAlgorithm[] = ['sha256', 'sha384', 'sha512'];

export type Envelope = Extract<SignedContent, { readonly kind: 'dsse' }>;

/** An in-toto statement (attestation framework, Statement layer v0.1 and v1), parsed but not verified. */
export interface Statement {
  /** A URI for the meaning of the predicate, that is, what the statement claims about its subjects. */
  readonly predicateType: string;
  /** The digests of each subject, keyed by their own names. */
  readonly subjects: readonly SubjectDigests[];
  readonly predicate: JsonValue | undefined;
}

/** Digests by known algorithms: hex, compared as text, or any other JSON value that stands there. */
export type SubjectDigests = ReadonlyMap<HashAlgorithm, JsonValue>;

/**
 * Reads the statement in a DSSE envelope (client specification 4.5: "a known DSSE payload type").
 *
 * @throws UntrustedError `material-malformed`
 */
export function readStatement({ payloadType, payload }: Envelope): Statement {
  if (payloadType !== PAYLOAD_TYPE) throw malformed(PAYLOAD_TYPE, excerpt(payloadType));
  const statement = parseJsonStrictly(payload, 'the in-toto statement', { maxBytes: MAX_BUNDLE_BYTES });
  const fields: JsonObject = isJsonObject(statement) ? statement : {};
  const { _type: type, predicateType, subject, predicate } = fields;
  if (typeof type !== 'string' || !STATEMENT_TYPES.has(type)) {
    throw malformed([...STATEMENT_TYPES].join(' or '), typeof type === 'string' ? excerpt(type) : 'no _type');
  }
  if (typeof predicateType !== 'string') throw malformed('a predicateType', 'none');
  return { predicateType, subjects: Array.isArray(subject) ? subject.map(readDigests) : [], predicate };
}

/**
 * The algorithms by which the statement names its subjects; empty if it cannot be read, in which case the proof
 * refuses it.
 */
export function subjectAlgorithms(envelope: Envelope): readonly HashAlgorithm[] {
  const subjects = tryToRead(envelope)?.subjects ?? [];
  return ALGORITHMS.filter((algorithm) => subjects.some((digests) => digests.has(algorithm)));
}

/** The contents of the envelope in a few words, for messages. */
export function describeEnvelope(envelope: Envelope): string {
  const statement = tryToRead(envelope);
  return statement === undefined
    ? `a statement that cannot be read, in an envelope of ${excerpt(envelope.payloadType)}`
    : `a statement with the predicate type ${excerpt(statement.predicateType, MAX_SHOWN_TYPE)}`;
}

/** Longer than any predicate type in use, so that it can be copied from the message. */
const MAX_SHOWN_TYPE = 200;

/**
 * Whether the subject is the artifact with these digests: at least one digest can be compared, and all that can be
 * compared are equal.
 */
export function namesArtifact(subject: SubjectDigests, artifact: readonly Digest[]): boolean {
  const comparable = artifact.filter(({ algorithm }) => subject.has(algorithm));
  return comparable.length > 0 && comparable.every(({ algorithm, hex }) => subject.get(algorithm) === hex);
}

function tryToRead(envelope: Envelope): Statement | undefined {
  try {
    return readStatement(envelope);
  } catch (error) {
    if (error instanceof UntrustedError) return undefined;
    throw error;
  }
}

function readDigests(subject: JsonValue): SubjectDigests {
  const digest = isJsonObject(subject) ? subject['digest'] : undefined;
  const stated = isJsonObject(digest) ? digest : {};
  return new Map(
    ALGORITHMS.flatMap((algorithm) => {
      const hex = stated[algorithm];
      return hex === undefined ? [] : [[algorithm, hex] as const];
    }),
  );
}

function malformed(wanted: string, found: string): UntrustedError {
  return new UntrustedError('material-malformed', 'the DSSE envelope does not hold a known statement', {
    check: 'material',
    wanted,
    found,
    why: 'an unknown kind of statement could mean anything',
  });
}
