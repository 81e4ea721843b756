import { unreadableFile } from '../encoding/unreadable-file.ts';
import { UntrustedError } from '../errors.ts';
import { readUpTo } from '../local-file.ts';

/**
 * Reads a file of evidence that the user named, within its bound.
 *
 * @param what "the bundle".
 * @throws UntrustedError `material-oversized`; RequestError `file-not-readable` where it is not there, too.
 */
export async function readEvidenceFile(path: string, maxBytes: number, what: string): Promise<Uint8Array> {
  const bytes = await readEvidenceBeside(path, maxBytes, what);
  if (bytes !== undefined) return bytes;
  throw unreadableFile(`${what} ${path}`, new Error('no such file'), {
    expected: 'a file with evidence',
    advice: 'check the name after its option',
  });
}

/** The same for a file that need not be there: undefined where it is not. */
export async function readEvidenceBeside(
  path: string,
  maxBytes: number,
  what: string,
): Promise<Uint8Array | undefined> {
  let bytes: Uint8Array | undefined;
  try {
    bytes = await readUpTo(path, maxBytes);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw unreadableFile(`${what} ${path}`, cause, { advice: 'check what is there, and who may read it' });
  }
  if (bytes !== undefined) return bytes;
  throw new UntrustedError('material-oversized', `${what} ${path} is too large`, {
    check: 'material',
    expected: `at most ${maxBytes} bytes`,
    found: 'more',
    advice: 'check that it is the file that was meant',
  });
}
