import { unreadableFile } from '../files/unreadable-file.ts';
import { oversized } from '../strict/malformed.ts';
import { type FileOrigin, type OpenLocalFile, readUpTo } from '../files/local-file.ts';

/** Opens an optional file; undefined if there is none. */
export type OpenFound = () => Promise<OpenLocalFile | undefined>;

/**
 * Reads an evidence file that the user named, within its size limit.
 *
 * @param what "the bundle".
 * @throws UntrustedError `material-oversized`; RequestError `file-not-readable`, also if it does not exist.
 */
export async function readEvidenceFile(path: string, maxBytes: number, what: string): Promise<Uint8Array> {
  const bytes = await readEvidence(path, maxBytes, what, 'named');
  if (bytes !== undefined) return bytes;
  throw unreadableFile(`${what} ${path}`, new Error('no such file'), {
    wanted: 'a file with evidence',
    next: 'check the name after its option',
  });
}

/** The same for an optional file that the user did not name; undefined if it does not exist. */
export async function readEvidenceBeside(
  path: string,
  maxBytes: number,
  what: string,
  open?: OpenFound,
): Promise<Uint8Array | undefined> {
  return readEvidence(path, maxBytes, what, open ?? 'found');
}

async function readEvidence(
  path: string,
  maxBytes: number,
  what: string,
  origin: FileOrigin | OpenFound,
): Promise<Uint8Array | undefined> {
  let bytes: Uint8Array | undefined;
  try {
    const file = typeof origin === 'string' ? path : await origin();
    if (file === undefined) return undefined;
    bytes = await readUpTo(file, maxBytes, typeof origin === 'string' ? origin : 'found');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw unreadableFile(`${what} ${path}`, cause, { next: 'check what is there and its permissions' });
  }
  if (bytes !== undefined) return bytes;
  const next = 'check that it is the right file';
  throw oversized(`${what} ${path}`, `at most ${maxBytes} bytes`, 'more', { next });
}
