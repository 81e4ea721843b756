import { unreadableFile } from '../files/unreadable-file.ts';
import { readUpTo } from '../files/local-file.ts';
import { RequestError } from '../errors.ts';
import { MAX_ALLOWED_DIGESTS_BYTES } from '../limits.ts';

const LINE = /^(?:sha256:)?(?<sha256>[0-9a-f]{64})\s+(?<reason>\S.{0,500})$/u;

/**
 * Reads a file with one accepted digest a line, each followed by its reason; empty lines and `#` comments are left out.
 *
 * @throws RequestError `file-not-readable`, or `usage` for a line of another form.
 */
export async function readAllowedDigests(path: string): Promise<ReadonlyMap<string, string>> {
  const bytes = await readUpTo(path, MAX_ALLOWED_DIGESTS_BYTES).catch((cause: unknown) => {
    throw unreadableFile(`the list of digests ${path}`, cause, {
      next: 'check the name after --allow-digest',
    });
  });
  if (bytes === undefined) throw wrong(path, `at most ${MAX_ALLOWED_DIGESTS_BYTES} bytes`, 'more');
  const allowed = new Map<string, string>();
  for (const [index, line] of Buffer.from(bytes).toString('utf8').split(/\r?\n/).entries()) {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) continue;
    const { sha256, reason } = LINE.exec(text)?.groups ?? {};
    if (sha256 === undefined || reason === undefined)
      throw wrong(path, 'a SHA-256 and the reason on each line', `line ${index + 1}, ${whatIsWrong(text)}`);
    allowed.set(sha256, reason.trim());
  }
  return allowed;
}

/** The text itself is not shown: with a wrong name, or a link, it may be that of any file. */
function whatIsWrong(text: string): string {
  const begins = /^(?:sha256:)?[0-9a-f]{64}(?![0-9a-z])/.test(text);
  return begins ? 'without a reason that can be read' : 'which does not begin with a SHA-256 in lower case';
}

function wrong(path: string, wanted: string, found: string): RequestError {
  return new RequestError('usage', `${path} is no list of accepted digests`, {
    wanted,
    found,
    next: 'write for example: 7f3a...de4c  our own build, reviewed by the platform team',
  });
}
