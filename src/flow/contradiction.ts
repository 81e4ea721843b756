import { isOutage, UntrustedError } from '../errors.ts';
import type { DetachedMaterial } from '../evidence/detached-material.ts';
import type { Digest, HashAlgorithm } from '../strict/digest.ts';
import { detachedSignatureFits } from '../proof/check-detached-signature.ts';
import type { SearchFailed } from './prove-with-log.ts';

/** Files of one artifact that cannot all be right. */
export type Contradiction =
  | {
      readonly kind: 'pair';
      readonly material: DetachedMaterial;
      /** The signature is not over this digest: that of the checksum file, or of the bytes if there is no such file. */
      readonly claimed: Digest;
      readonly checksum: 'published' | 'none';
    }
  /** The bundle is proved, and the checksum file has another digest. */
  | { readonly kind: 'bundle'; readonly proven: Digest; readonly claimed: Digest };

/** The artifact itself, while it is still being downloaded. */
export interface BytesOnTheWay {
  /** Resolves once the first byte has arrived; rejects with `artifact-not-found` if there is no such artifact. */
  readonly published: () => Promise<void>;
  /**
   * The digest of the bytes themselves (default: SHA-256). We wait for it only if the published files contradict each
   * other or claim no such digest. Otherwise the proof is finished while the bytes still arrive.
   */
  readonly digest: (algorithm?: HashAlgorithm) => Promise<Digest>;
  /** The same after a fresh download, if the bytes may not be one whole copy of the artifact; else undefined. */
  readonly digestAnew: () => Promise<Digest | undefined>;
}

/** What was tried before giving up. */
export interface Tried {
  /** Undefined where there was nothing to search for. */
  readonly search: SearchFailed | undefined;
  /** Undefined where the release manifest was not asked. */
  readonly listing: { readonly found: string } | undefined;
  /** What fresh copies of the files are: "no better", or why there are none. */
  readonly freshCopies: string;
}

type Pair = Extract<Contradiction, { readonly kind: 'pair' }>;

/**
 * Decides by the bytes themselves what is wrong with files that contradict each other: a wrong checksum file, an
 * upstream that mixed up its signatures, or a file that is not the signed one.
 *
 * @throws UntrustedError, always.
 */
export async function explainContradiction(
  contradiction: Contradiction,
  what: string,
  bytes: BytesOnTheWay,
  tried: Tried,
): Promise<never> {
  const { claimed } = contradiction;
  if (contradiction.kind === 'bundle') {
    throw wrongChecksum(what, contradiction.proven.hex, 'which the bundle proves', claimed.hex, tried);
  }
  if (contradiction.checksum === 'none') throw wrongSignature(what, contradiction, tried);
  const staged = await bytes.digest();
  const actual = staged.hex === claimed.hex ? staged : ((await bytes.digestAnew()) ?? staged);
  if (actual.hex === claimed.hex) throw mixedUpUpstream(what, contradiction, tried);
  if (detachedSignatureFits(contradiction.material, actual)) {
    throw wrongChecksum(what, actual.hex, 'which the signature fits', claimed.hex, tried);
  }
  throw new UntrustedError('signature-mismatch', `the signature does not fit ${what}`, {
    check: 'signature',
    wanted: `a signature over sha256:${actual.hex}`,
    found: `a signature over something else, and sha256:${claimed.hex} in the checksum file; ${attempts(tried)}`,
    why: 'the file, its checksum and its signature do not belong together: one of them was replaced',
    next: 'do not use this file; get it from another source',
    subject: { sha256: actual.hex },
    cause: tried.search?.cause,
  });
}

function wrongChecksum(
  what: string,
  actual: string,
  because: string,
  claimed: string,
  { freshCopies }: Tried,
): UntrustedError {
  return new UntrustedError('digest-mismatch', `the checksum file of ${what} is wrong`, {
    check: 'digest',
    wanted: `sha256:${actual}, ${because}`,
    found: `sha256:${claimed} in the checksum file; fresh copies: ${freshCopies}`,
    why: 'files of one release contradict each other, so the server does not hold what was published',
    next: 'try again later or from another mirror',
  });
}

/** No checksum file: only the signature and the bytes, and they do not belong together. */
function wrongSignature(what: string, { claimed }: Pair, tried: Tried): UntrustedError {
  return new UntrustedError('signature-mismatch', `the signature does not fit ${what}`, {
    check: 'signature',
    wanted: `a signature over sha256:${claimed.hex}, the digest of the file`,
    found: `a signature over something else; ${attempts(tried)}`,
    why: 'the file and its signature do not belong together: one of them was replaced',
    next: 'do not use this file; get it from another source',
    subject: { sha256: claimed.hex },
    cause: tried.search?.cause,
  });
}

/** Upstream has published such releases. An attacker who replaces file and checksum produces the same. */
function mixedUpUpstream(what: string, { claimed }: Pair, tried: Tried): UntrustedError {
  const outage = isOutage(tried.search?.cause);
  return new UntrustedError(
    'signature-mismatch',
    `the published signature of ${what} is over another file, though the file has its published checksum`,
    {
      check: 'signature',
      wanted: `a signature over sha256:${claimed.hex}`,
      found: `a signature over something else; ${attempts(tried)}`,
      why: outage
        ? 'the log may have another signing of this file, and could not be searched: this is not yet a verdict on the file'
        : 'upstream mixed up the signatures of two builds, as it did before (kubernetes#135858), or the file was replaced together with its checksum; nothing here tells which',
      next: outage
        ? 'do not use this file before it is proved; try again when the log can be reached'
        : 'do not use this file; take another patch release, and report this one to kubernetes/kubernetes',
      subject: { sha256: claimed.hex },
      cause: tried.search?.cause,
    },
  );
}

function attempts({ search, listing, freshCopies }: Tried): string {
  return [`fresh copies: ${freshCopies}`, search?.found, listing?.found]
    .filter((text) => text !== undefined)
    .join('; ');
}
