/** Reads the JSON of a policy file strictly: what is not understood would be taken for a demand that holds. */
import { K8sVerifyError, RequestError } from '../errors.ts';
import { MAX_POLICY_BYTES, MAX_POLICY_ENTRIES, MAX_POLICY_TEXT_CHARACTERS } from '../limits.ts';
import type { ArtifactKind } from '../release/component.ts';
import { Fields, type FieldsForm } from '../strict/fields.ts';
import { encodeHex } from '../strict/hex.ts';
import { type JsonValue, parseJsonStrictly } from '../strict/json.ts';
import { excerpt } from '../text/excerpt.ts';
import type { AllowRule, Denied, PolicyFile, PolicyIdentity, RequiredEvidence } from './policy-file.ts';
import { readDuration, readReason, readSource, readTimeSpan, readVersions, texts } from './policy-values.ts';
import { readException } from './read-exception.ts';

const FIELDS = [
  '$schema',
  'schemaVersion',
  'allowed',
  'maxPatchesBehind',
  'minimumAge',
  'required',
  'sources',
  'denied',
  'identities',
  'exceptions',
] as const;

/** Where a person finds what is in a policy file. */
export const EVERY_FIELD = 'docs/policy.md has every field';

/**
 * @param what names the file in errors: "the policy platform.json".
 * @param next what to do about one.
 * @throws RequestError `usage` naming the place and what is wrong with it.
 */
export function readPolicy(bytes: Uint8Array, what: string, next: string = EVERY_FIELD): PolicyFile {
  const document = new Fields(readJson(bytes, what, next), 'the document', FIELDS, formOf(what, next));
  if (document.has('$schema')) document.text('$schema');
  const version = document.count('schemaVersion');
  if (version !== 1) throw document.flawed('schemaVersion', '1', String(version));
  const denied = readDenied(document.optionalObject('denied', ['digests', 'signingTimes', 'logIndexes']));
  const exceptions = document.has('exceptions')
    ? entries(document, 'exceptions', ['sha256', 'lifts', 'reason', 'until'])
    : [];
  return {
    allowed: document.has('allowed') ? readAllowed(document) : undefined,
    maxPatchesBehind: document.has('maxPatchesBehind') ? document.count('maxPatchesBehind') : undefined,
    minimumAge: document.has('minimumAge') ? readDuration(document, 'minimumAge') : undefined,
    required: readRequired(
      document.optionalObject('required', [
        'boundName',
        'signedEntryTimestamp',
        'inclusionProof',
        'trustedRootMaxAge',
      ]),
    ),
    sources: document.has('sources')
      ? texts(document, 'sources').map((one, index) => readSource(document, one, index))
      : undefined,
    denied,
    identities: document.has('identities') ? readIdentities(document) : undefined,
    exceptions: exceptions.map((one) => readException(one, denied)),
  };
}

function readJson(bytes: Uint8Array, what: string, next: string): JsonValue {
  try {
    return parseJsonStrictly(bytes, what, { maxBytes: MAX_POLICY_BYTES, maxDepth: 8 });
  } catch (error) {
    if (!(error instanceof K8sVerifyError)) throw error;
    throw new RequestError('usage', error.message, {
      ...(error.wanted === undefined ? {} : { wanted: error.wanted }),
      ...(error.found === undefined ? {} : { found: error.found }),
      next,
      cause: error,
    });
  }
}

function formOf(what: string, next: string): FieldsForm {
  return {
    flawed: (path, wanted, found) =>
      new RequestError('usage', `${what} cannot be used`, {
        wanted: `${path}: ${wanted}`,
        found,
        next,
      }),
  };
}

/** A list of objects that is not empty: an empty one could be meant as nothing, or as everything. */
function entries(fields: Fields, name: string, known: readonly string[]): readonly Fields[] {
  const list = fields.objects(name, known, MAX_POLICY_ENTRIES);
  if (list.length === 0)
    throw fields.flawed(name, 'a list with something in it, or no such field', 'an empty one');
  return list;
}

function readAllowed(document: Fields): readonly AllowRule[] {
  return entries(document, 'allowed', ['components', 'versions']).map((rule) => {
    if (rule.names().length === 0)
      throw rule.flawed('components', 'components, versions, or both', 'neither');
    return {
      components: rule.has('components')
        ? texts(rule, 'components').map((one, index) => component(rule, one, index))
        : undefined,
      versions: rule.has('versions') ? readVersions(rule) : undefined,
    };
  });
}

function component(rule: Fields, text: string, index: number): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(text)) return text;
  throw rule.flawed(`components[${index}]`, 'the name of a component, such as kubectl', excerpt(text));
}

function readRequired(fields: Fields | undefined): RequiredEvidence {
  const flag = (name: string): boolean => fields?.has(name) === true && fields.flag(name);
  return {
    boundName: flag('boundName'),
    signedEntryTimestamp: flag('signedEntryTimestamp'),
    inclusionProof: flag('inclusionProof'),
    trustedRootMaxAge:
      fields?.has('trustedRootMaxAge') === true ? readDuration(fields, 'trustedRootMaxAge') : undefined,
  };
}

function readDenied(fields: Fields | undefined): Denied {
  const listed = (name: string, known: readonly string[]): readonly Fields[] =>
    fields?.has(name) === true ? entries(fields, name, [...known, 'reason']) : [];
  return {
    digests: listed('digests', ['sha256']).map((one) => ({
      sha256: encodeHex(one.hex('sha256', 32)),
      reason: readReason(one),
    })),
    signingTimes: listed('signingTimes', ['from', 'to']).map((one) => {
      const { from, to } = readTimeSpan(one, 'from', 'to');
      return { from, to, reason: readReason(one) };
    }),
    logIndexes: listed('logIndexes', ['from', 'to', 'logId']).map((one) => {
      const [from, to] = [one.int64('from'), one.int64('to')];
      if (one.has('from') && one.has('to') && from <= to) {
        const logId = one.has('logId') ? encodeHex(one.hex('logId', 32)) : undefined;
        return { from, to, logId, reason: readReason(one) };
      }
      throw one.flawed('to', 'from and to, the first not after the last', `${from} to ${to}`);
    }),
  };
}

const KINDS: ReadonlyMap<string, ArtifactKind> = new Map(
  (['binary', 'image', 'tarball', 'spdx-document'] as const).map((kind) => [kind, kind]),
);

function readIdentities(document: Fields): readonly PolicyIdentity[] {
  const known = ['subjectAlternativeName', 'issuer', 'kinds', 'versions', 'signedFrom', 'signedUntil'];
  return entries(document, 'identities', known).map((one) => {
    const [signedFrom, signedUntil] = [one.timestamp('signedFrom'), one.timestamp('signedUntil')];
    if (signedFrom !== undefined && signedUntil !== undefined && signedFrom > signedUntil) {
      throw one.flawed('signedUntil', 'a time after signedFrom', signedUntil.toISOString());
    }
    return {
      subjectAlternativeName: wholeName(one, 'subjectAlternativeName'),
      issuer: wholeName(one, 'issuer'),
      kinds: one.has('kinds')
        ? texts(one, 'kinds').map((text, index) => kindOf(one, text, index))
        : undefined,
      versions: one.has('versions') ? readVersions(one) : undefined,
      signedFrom,
      signedUntil,
    };
  });
}

function kindOf(fields: Fields, text: string, index: number): ArtifactKind {
  const kind = KINDS.get(text);
  if (kind !== undefined) return kind;
  throw fields.flawed(`kinds[${index}]`, `one of ${[...KINDS.keys()].join(', ')}`, excerpt(text));
}

/** No certificate has white space in its names; one with it would never match. */
function wholeName(fields: Fields, name: string): string {
  const text = fields.text(name);
  if (text !== '' && text.length <= MAX_POLICY_TEXT_CHARACTERS && !/[\s\p{Cc}*]/u.test(text)) return text;
  throw fields.flawed(
    name,
    'the whole name as the certificate has it, without spaces and patterns',
    excerpt(text),
  );
}
