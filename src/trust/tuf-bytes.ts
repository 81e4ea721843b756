/**
 * A bound for what tuf-js is given. It copies every object of a file once for each of its members, before it looks at a
 * signature: half a megabyte by someone without any key would keep this process busy for a minute and a half.
 */
import { UntrustedError } from '../errors.ts';
import { MAX_TUF_MEMBERS, MAX_TUF_OBJECT_MEMBERS } from '../limits.ts';

/**
 * A metadata file as tuf-js takes it.
 *
 * @throws UntrustedError `trusted-root-invalid` if it has too many members; SyntaxError if it is not JSON
 */
export function metadataBytes(bytes: Uint8Array): Buffer {
  const buffer = Buffer.from(bytes);
  assertFewMembers(JSON.parse(buffer.toString('utf8')));
  return buffer;
}

/** Goes through the document without recursion, since it may be nested as deep as it is long. */
function assertFewMembers(document: unknown): void {
  const left: unknown[] = [document];
  let all = 0;
  for (let value = left.pop(); value !== undefined; value = left.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    const members: readonly unknown[] = Object.values(value);
    all += members.length;
    if (members.length > MAX_TUF_OBJECT_MEMBERS) throw tooMany(MAX_TUF_OBJECT_MEMBERS, 'one object');
    if (all > MAX_TUF_MEMBERS) throw tooMany(MAX_TUF_MEMBERS, 'all');
    left.push(...members);
  }
}

function tooMany(most: number, where: string): UntrustedError {
  return new UntrustedError('trusted-root-invalid', 'a TUF metadata file has too many members', {
    wanted: `at most ${most} in ${where}`,
    found: 'more',
  });
}
