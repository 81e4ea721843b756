import type { StagedExtraction } from '../archive/extract.ts';
import type { InstalledFile } from '../disk/installed.ts';
import type { VerifiedArtifact } from '../disk/verified-artifact.ts';
import type { PlannedFile, PlannedMember } from '../plan/plan.ts';
import type { ReleaseArtifact } from '../release/artifact.ts';
import type { ListedMember } from '../result.ts';
import type { ArtifactName } from './name.ts';
import type { ProvenArtifact } from './prove-with-log.ts';

/** A proven artifact, and what it becomes: all that is left is to put that in its place. */
export interface PreparedArtifact {
  /** Undefined of a local file: nothing tells which release it is. */
  readonly artifact: ReleaseArtifact | undefined;
  readonly proof: ProvenArtifact;
  /** The URL that delivered the bytes; undefined where they were on this machine. */
  readonly source: string | undefined;
  /** Where its bundle goes, where one is to be kept. */
  readonly bundlePath: string | undefined;
  readonly outputs: readonly Output[];
}

/** One file or directory; each gives a result, and `kind` is its outcome. */
export type Output = {
  /** Of the artifact, or of the file out of it; hex. */
  readonly sha256: string;
  /** What had the proven digest, for people: "31 bytes downloaded". */
  readonly had: string;
  /** Undefined of a directory, and of a digest without a file. */
  readonly name?: ArtifactName;
} & (
  | {
      readonly kind: 'installed';
      readonly file: PlannedFile | PlannedMember;
      readonly verified: VerifiedArtifact;
      /** Whether a file is there that this one takes the place of. */
      readonly replaces: boolean;
      /** The version of the file that was there, as it says itself. */
      readonly previous?: string | undefined;
      /** Why the file that was there could not be left alone, though it had the same bytes. */
      readonly unfit?: string | undefined;
    }
  | {
      readonly kind: 'already-installed';
      readonly file: PlannedFile | PlannedMember;
      readonly installed: InstalledFile;
    }
  | { readonly kind: 'extracted'; readonly extraction: StagedExtraction }
  /** Nothing is placed; `path` is undefined where there is no file, but its digest. */
  | {
      readonly kind: 'verified';
      readonly path: string | undefined;
      readonly members: readonly ListedMember[] | undefined;
    }
);

/** Removes what is staged and was not placed. */
export async function discardPrepared(prepared: readonly PreparedArtifact[]): Promise<void> {
  const outputs = prepared.flatMap((one) => one.outputs);
  await Promise.all(
    outputs.map(async (output) => {
      if (output.kind === 'installed') await output.verified.staged.discard();
      if (output.kind === 'extracted') await output.extraction.staging.discard();
    }),
  );
}
