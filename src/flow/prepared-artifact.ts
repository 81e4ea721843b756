import type { StagedExtraction } from '../archive/extract.ts';
import type { InstalledFile } from '../disk/installed.ts';
import type { VerifiedArtifact } from '../disk/verified-artifact.ts';
import type { PlannedFile, PlannedMember } from '../plan/plan.ts';
import type { ContainerSignature } from '../names/container-signature.ts';
import type { ReleaseArtifact } from '../release/artifact.ts';
import type { ListedMember } from '../result.ts';
import type { ArtifactName } from './name.ts';
import type { ProvenArtifact } from './prove-with-log.ts';

/** A proven artifact, and what it becomes. Only placing is left. */
export interface PreparedArtifact {
  /** Undefined for a local file, because nothing says which release it is. */
  readonly artifact: ReleaseArtifact | undefined;
  readonly proof: ProvenArtifact;
  /** The URL that delivered the bytes; undefined if they were already on this machine. */
  readonly source: string | undefined;
  /** Where its bundle goes, if it is to be kept. */
  readonly bundlePath: string | undefined;
  /** Where the release manifest goes, with its bundle next to it, where that is kept instead. */
  readonly manifestPath?: string | undefined;
  readonly outputs: readonly Output[];
}

/** One file or directory; each gives a result, and `kind` is its outcome. */
export type Output = {
  /** Of the artifact, or of the file out of it; hex. */
  readonly sha256: string;
  /** What had the proven digest, for people: "31 bytes downloaded". */
  readonly had: string;
  /** Undefined for a directory, and for a digest without a file. */
  readonly name?: ArtifactName;
} & (
  | {
      readonly kind: 'installed';
      readonly file: PlannedFile | PlannedMember;
      readonly verified: VerifiedArtifact;
      /** Whether it replaces a file. */
      readonly replaces: boolean;
      /** The version of the file that was there, as it says itself. */
      readonly previous?: string | undefined;
      /** Why the existing file had to be replaced although it has the same bytes. */
      readonly unfit?: string | undefined;
    }
  | {
      readonly kind: 'already-installed';
      readonly file: PlannedFile | PlannedMember;
      readonly installed: InstalledFile;
    }
  | { readonly kind: 'extracted'; readonly extraction: StagedExtraction }
  /** What a dry run would place: a file, or a directory with what is in a tarball. */
  | {
      readonly kind: 'planned';
      readonly file: PlannedFile | PlannedMember;
      /** As of `installed`. */
      readonly replaces: boolean;
      readonly previous?: string | undefined;
      readonly unfit?: string | undefined;
    }
  /** Nothing is placed; `path` is undefined if there is only a digest and no file. */
  | {
      readonly kind: 'verified';
      readonly path: string | undefined;
      readonly members: readonly ListedMember[] | undefined;
      readonly containerSignature?: ContainerSignature;
    }
);

/** The member of a tarball that the output is; undefined for anything else. */
export function memberOf(output: Output): PlannedMember['member'] | undefined {
  return 'file' in output && 'member' in output.file ? output.file.member : undefined;
}

/** Whether something signed says the name; a digest that was demanded says nothing of it. */
export function isNameSigned({ name }: Pick<Output, 'name'>): boolean {
  return name?.by.some((source) => source === 'binary' || source === 'release-manifest') === true;
}

/** Removes what is staged but not placed. */
export async function discardPrepared(prepared: readonly PreparedArtifact[]): Promise<void> {
  const outputs = prepared.flatMap((one) => one.outputs);
  await Promise.all(
    outputs.map(async (output) => {
      if (output.kind === 'installed') await output.verified.staged.discard();
      if (output.kind === 'extracted') await output.extraction.staging.discard();
    }),
  );
}
