import { excerpt } from '../encoding/base64.ts';
import { isJsonObject, type JsonValue, parseJsonStrictly } from '../encoding/json.ts';
import { UntrustedError } from '../errors.ts';
import { MAX_BUNDLE_BYTES } from '../limits.ts';
import type { Proof } from './proof.ts';

const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const STATEMENT_TYPES: ReadonlySet<string> = new Set([
  'https://in-toto.io/Statement/v0.1',
  'https://in-toto.io/Statement/v1',
]);

/**
 * 4.5: a DSSE envelope has "a known DSSE payload type", and its statement has the artifact as a subject: one whose
 * SHA-256 is exactly the artifact's. The signature over the envelope says nothing about a file that it does not name.
 */
export function checkStatement({ evidence: { content }, digest }: Proof): void {
  if (content.kind !== 'dsse') return;
  if (content.payloadType !== PAYLOAD_TYPE) throw malformed(PAYLOAD_TYPE, excerpt(content.payloadType));
  const statement = parseJsonStrictly(content.payload, 'the in-toto statement', {
    maxBytes: MAX_BUNDLE_BYTES,
  });
  const type = isJsonObject(statement) ? statement['_type'] : undefined;
  if (!isJsonObject(statement) || typeof type !== 'string' || !STATEMENT_TYPES.has(type)) {
    throw malformed([...STATEMENT_TYPES].join(' or '), typeof type === 'string' ? excerpt(type) : 'no _type');
  }
  const subjects = statement['subject'];
  const digests = Array.isArray(subjects) ? subjects.flatMap(readSha256) : [];
  if (!digests.includes(digest.hex)) {
    throw new UntrustedError('digest-mismatch', 'the signed statement is about another artifact', {
      check: 'digest',
      expected: `a subject with sha256 ${digest.hex}`,
      found:
        digests.length === 0
          ? 'no subject with a sha256'
          : `${digests.length} subjects, none of them with it`,
      why: 'the artifact is not the one that the statement was signed for',
    });
  }
}

function readSha256(subject: JsonValue): readonly string[] {
  const digest = isJsonObject(subject) ? subject['digest'] : undefined;
  const sha256 = isJsonObject(digest) ? digest['sha256'] : undefined;
  return typeof sha256 === 'string' ? [sha256] : [];
}

function malformed(expected: string, found: string): UntrustedError {
  return new UntrustedError('material-malformed', 'the DSSE envelope does not hold a known statement', {
    check: 'material',
    expected,
    found,
    why: 'what an unknown kind of statement means cannot be guessed',
  });
}
