import { UntrustedError } from '../errors.ts';
import type { StatedDigests } from './provenance.ts';
import type { SumsAlgorithm } from './release-sums.ts';

/** The proven SHA-256, and where somebody hashed the bytes that have it, their SHA-512. Hex. */
export interface ProvenDigests {
  readonly sha256: string;
  readonly sha512?: string;
}

/** One more place that states digests of an artifact. */
export interface CrossCheckSource {
  /** `SHA256SUMS`, `SHA512SUMS`, `provenance.json`. */
  readonly name: string;
  /** True only where the source itself was proved: a bundle that passed every check. */
  readonly proved: boolean;
  readonly content:
    /** The release server has no such file. */
    | { readonly kind: 'not-published' }
    /** The file says nothing of the artifact. */
    | { readonly kind: 'not-listed' }
    | { readonly kind: 'listed'; readonly digests: StatedDigests };
}

/** What a source is worth beside a proof. `agrees-unsigned` is no proof: whoever forges the artifact can write it too. */
export type CrossCheckOutcome =
  | 'agrees'
  | 'agrees-unsigned'
  | 'not-published'
  | 'not-listed'
  | 'not-comparable';

export interface CrossCheck {
  readonly source: string;
  readonly outcome: CrossCheckOutcome;
  /** The algorithms by which it was compared. */
  readonly compared: readonly SumsAlgorithm[];
  /** One line for a person. */
  readonly detail: string;
}

/**
 * Holds what other sources say against what is proved. It can only take trust away: a source that is missing or silent
 * is reported, one that differs is an error.
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

function compare(
  proven: ProvenDigests,
  { name, proved, content }: CrossCheckSource,
  what: string,
): CrossCheck {
  if (content.kind === 'not-published')
    return silent(name, content.kind, 'the release server has no such file');
  if (content.kind === 'not-listed') return silent(name, content.kind, 'it does not list the artifact');
  const compared: SumsAlgorithm[] = [];
  for (const algorithm of ['sha256', 'sha512'] as const) {
    const [ours, theirs] = [proven[algorithm], content.digests[algorithm]];
    if (ours === undefined || theirs === undefined) continue;
    if (ours !== theirs) throw mismatch(name, proved, algorithm, ours, theirs, what);
    compared.push(algorithm);
  }
  if (compared.length === 0) {
    return silent(name, 'not-comparable', 'it has no digest of an algorithm that was computed');
  }
  return {
    source: name,
    outcome: proved ? 'agrees' : 'agrees-unsigned',
    compared,
    detail: proved
      ? `agrees by ${compared.join(' and ')}, and is proved itself`
      : `agrees by ${compared.join(' and ')}; it is not signed, so this is no proof`,
  };
}

function silent(source: string, outcome: CrossCheckOutcome, detail: string): CrossCheck {
  return { source, outcome, compared: [], detail };
}

function mismatch(
  source: string,
  proved: boolean,
  algorithm: SumsAlgorithm,
  ours: string,
  theirs: string,
  what: string,
): UntrustedError {
  return new UntrustedError(
    'digest-mismatch',
    `${source} has another ${algorithm} for ${what} than is proved`,
    {
      check: 'digest',
      expected: `${algorithm} ${ours} (proved)`,
      found: `${algorithm} ${theirs} (${source}, ${proved ? 'proved too' : 'not signed'})`,
      why: 'the release and its own records disagree, so one of them was changed or published wrongly',
      advice:
        'do not use the file until the release team has said which is right: https://github.com/kubernetes/release',
    },
  );
}
