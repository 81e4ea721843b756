import { UntrustedError } from '../../src/errors.ts';
import type { HttpClient } from '../../src/http/http-client.ts';
import { refreshTrustedRoot } from '../../src/trust/refresh-root.ts';
import { readRootRecord } from '../../src/trust/root-age.ts';
import type { TufVersions } from '../../src/trust/tuf-metadata.ts';
import { readFolder, type TrustRootFiles } from './trust-root-folder.ts';

/**
 * Fetches the newest TUF root and trusted root of a repository, starting from the `root.json` in `folder`, as a run of
 * the program does. Nothing is kept on disk.
 *
 * @throws as `refreshTrustedRoot`; UnavailableError `trust-root-unavailable` where the folder lacks a file;
 *   UntrustedError `trusted-root-invalid` where the newest form is one that this program cannot read.
 */
export async function fetchTrustRoot(options: {
  readonly repository: string;
  readonly folder: string;
  readonly http: HttpClient;
  readonly now: Date;
}): Promise<{ readonly files: TrustRootFiles; readonly published: TufVersions }> {
  const { root: anchor, trusted, record } = readFolder(options.folder);
  const server = { url: options.repository, http: options.http };
  const { metadata, kept, unread } = await refreshTrustedRoot({
    server,
    anchor,
    published: readRootRecord(record).published,
    known: [trusted],
    now: options.now,
  });
  if (unread.length > 0) {
    throw new UntrustedError('trusted-root-invalid', 'the newest trusted root cannot be read', {
      found: unread.join('; '),
      next: 'nothing was written; read that form of it first',
    });
  }
  const files = { root: metadata.root, trusted: kept.target.bytes };
  return { files, published: metadata.versions };
}
