import type { OpenBytes } from '../binary/byte-source.ts';
import { openStaging } from '../disk/staging.ts';
import type { VerifiedFile } from '../disk/verified-artifact.ts';
import { readArchive } from './read-archive.ts';

/** Looks into files of an archive. What is seen counts only once the whole archive has been read. */
export interface MemberLook {
  readonly wants: (path: string) => boolean;
  /** The file is gone when this has ended. */
  readonly at: (path: string, file: OpenBytes) => Promise<void>;
}

/**
 * Looks into a verified archive that is not unpacked. One file at a time is written to `scratch` and removed again,
 * since a program has to be read from its end.
 *
 * @param scratch a directory for that, of the user's own or one that others cannot change our files in.
 * @throws InstallError `archive-rejected`, or for the disk; UntrustedError `digest-mismatch`; InterruptedError
 */
export async function lookIntoArchive(
  archive: VerifiedFile,
  look: MemberLook,
  scratch: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await readArchive(
    archive,
    async ({ path, kind, content }) => {
      if (kind === 'directory' || !look.wants(path)) return;
      const staged = openStaging({ directory: scratch, fileName: archive.name, signal });
      try {
        await staged.open();
        for await (const piece of content) await staged.write(piece);
        const { bytes } = await staged.finish();
        await look.at(path, { bytes, readAt: (buffer, position) => staged.readAt(buffer, position) });
      } finally {
        await staged.discard();
      }
    },
    signal,
    'open',
  );
}
