import { UntrustedError } from '../errors.ts';
import type { StatedDigests } from './provenance.ts';
import type { SumsAlgorithm } from './release-sums.ts';

/** The proven SHA-256 and, if the bytes were hashed, their SHA-512. Hex. */
export interface ProvenDigests {
  readonly sha256: string;
  readonly sha512?: string;
}

/**
 * How a source is signed. `proved`: a bundle that passed every check; `none`: not signed; `unchecked`: signed in a
 * way that we cannot prove, such as a bare DSSE envelope.
 */
export type SourceSignature = 'proved' | 'none' | 'unchecked';

/** One more place that states digests of an artifact. */
export interface CrossCheckSource {
  /** `SHA256SUMS`, `SHA512SUMS`, `provenance.json`. */
  readonly name: string;
  /** The server that has it, or those that were asked. */
  readonly from: string;
  readonly content:
    /** The release server has no such file. */
    | { readonly kind: 'not-published' }
    /** The file says nothing about the artifact. */
    | { readonly kind: 'not-listed' }
    | {
        readonly kind: 'listed';
        readonly digests: StatedDigests;
        readonly signature: SourceSignature;
      };
}

/**
 * `agrees` proves something only if the source itself is proved, because someone who forges an artifact can also forge a
 * list.
 */
export type CrossCheckOutcome = 'agrees' | 'not-published' | 'not-listed' | 'not-comparable';

/** What one of the release's own records says about a proven digest. */
export interface CrossCheck {
  /** The name of the record: `SHA256SUMS`, `SHA512SUMS` or `provenance.json`. */
  readonly source: string;
  /** The server that said it, or those that were asked. */
  readonly from: string;
  /** What the comparison showed. */
  readonly outcome: CrossCheckOutcome;
  /** Whether the source itself was proved, like an artifact. */
  readonly proved: boolean;
  /** The algorithms by which it was compared. */
  readonly compared: readonly SumsAlgorithm[];
  /** One line for a person. */
  readonly detail: string;
}

/**
 * Compares other sources with the proven digests. This can only reduce trust: a source that is missing or silent is
 * reported, and one that differs is an error.
 *
 * @param what names the artifact in the error: "kubectl v1.26.0 linux/amd64".
 * @throws UntrustedError `digest-mismatch`, naming both digests
 */
export function crossCheck(
  proven: ProvenDigests,
  sources: readonly CrossCheckSource[],
  what: string,
): readonly CrossCheck[] {
  return sources.map((source) => compare(proven, source, what));
}

function compare(proven: ProvenDigests, source: CrossCheckSource, what: string): CrossCheck {
  const { name, from, content } = source;
  if (content.kind === 'not-published')
    return silent(source, content.kind, 'the release server has no such file');
  if (content.kind === 'not-listed') return silent(source, content.kind, 'it does not list the artifact');
  const compared: SumsAlgorithm[] = [];
  for (const algorithm of ['sha256', 'sha512'] as const) {
    const [ours, theirs] = [proven[algorithm], content.digests[algorithm]];
    if (ours === undefined || theirs === undefined) continue;
    if (ours !== theirs)
      throw mismatch({ name, from, signature: content.signature, algorithm, ours, theirs, what });
    compared.push(algorithm);
  }
  if (compared.length === 0) {
    return silent(source, 'not-comparable', 'it has no digest that can be compared');
  }
  return {
    source: name,
    from,
    outcome: 'agrees',
    proved: content.signature === 'proved',
    compared,
    detail: `agrees by ${compared.join(' and ')}${WORTH[content.signature]}`,
  };
}

const WORTH: Readonly<Record<SourceSignature, string>> = {
  proved: ', and is proved itself',
  none: '; it is not signed, so this is no proof',
  unchecked: '; its signature cannot be checked, so this is no proof',
};

function silent({ name, from }: CrossCheckSource, outcome: CrossCheckOutcome, detail: string): CrossCheck {
  return { source: name, from, outcome, proved: false, compared: [], detail };
}

const STANDING: Readonly<Record<SourceSignature, string>> = {
  proved: 'proved too',
  none: 'not signed',
  unchecked: 'its signature not checked',
};

interface Mismatch {
  readonly name: string;
  readonly from: string;
  readonly signature: SourceSignature;
  readonly algorithm: SumsAlgorithm;
  readonly ours: string;
  readonly theirs: string;
  readonly what: string;
}

function mismatch({ name, from, signature, algorithm, ours, theirs, what }: Mismatch): UntrustedError {
  const standing = algorithm === 'sha256' ? 'proved' : 'of the bytes that have the proven sha256';
  return new UntrustedError(
    'digest-mismatch',
    `${name} has another ${algorithm} for ${what} than is proved`,
    {
      check: 'digest',
      wanted: `${algorithm}:${ours} (${standing})`,
      found: `${algorithm}:${theirs} (${name}, ${STANDING[signature]})`,
      from,
      why: 'the release and its own records disagree, so one of them was changed or published wrongly',
      next: 'do not use the file until the release team has said which is right: https://github.com/kubernetes/release',
    },
  );
}
