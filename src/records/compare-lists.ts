/** Holds lists of digests that are not signed, or not by Kubernetes, against what is proved. */
import type { DigestDifference } from '../release-result.ts';
import type { StatedDigests } from './provenance.ts';

/** A file of an audit, and what is known of its digest. */
export interface KnownFile {
  /** Below the release. */
  readonly path: string;
  /** Hex; by algorithm what it is compared with, and who says it. */
  readonly sha256?: { readonly hex: string; readonly by: DigestDifference['wantedBy'] };
  readonly sha512?: { readonly hex: string; readonly by: DigestDifference['wantedBy'] };
  /** Kubernetes' own lists have no documents, so that one is not missed there. */
  readonly isListed: boolean;
}

/** What a list says of some files. */
export interface ListComparison {
  readonly agrees: number;
  readonly differs: readonly DigestDifference[];
  readonly notListed: readonly string[];
  /** Files that it lists without a digest that could be compared. */
  readonly notComparable: number;
}

/** @param list each digest by path below the release. */
export function compareList(
  list: ReadonlyMap<string, StatedDigests>,
  files: readonly KnownFile[],
): ListComparison {
  let [agrees, notComparable] = [0, 0];
  const differs: DigestDifference[] = [];
  const notListed: string[] = [];
  for (const file of files) {
    const stated = list.get(file.path);
    if (stated === undefined) {
      if (file.isListed) notListed.push(file.path);
      continue;
    }
    const { compared, found } = compareFile(file, stated);
    if (found !== undefined) differs.push(found);
    else if (compared) agrees += 1;
    else notComparable += 1;
  }
  return { agrees, differs, notListed, notComparable };
}

function compareFile(
  file: KnownFile,
  stated: StatedDigests,
): { readonly compared: boolean; readonly found: DigestDifference | undefined } {
  let compared = false;
  for (const algorithm of ['sha256', 'sha512'] as const) {
    const [known, found] = [file[algorithm], stated[algorithm]];
    if (known === undefined || found === undefined) continue;
    compared = true;
    if (known.hex !== found)
      return {
        compared,
        found: { path: file.path, algorithm, found, wanted: known.hex, wantedBy: known.by },
      };
  }
  return { compared, found: undefined };
}
