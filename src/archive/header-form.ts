import type { Header } from 'tar/header';
import { rejectedMember } from './archive-error.ts';
import { isZero } from './blocks.ts';

/** Where a field of a header begins and ends (POSIX.1-2008, pax, "ustar Interchange Format"). */
type Field = readonly [from: number, to: number];
const NAME: Field = [0, 100];
const MODE: Field = [100, 108];
const SIZE: Field = [124, 136];
const LINK_NAME: Field = [157, 257];
const MAGIC: Field = [257, 265];
const PREFIX: Field = [345, 500];
/** The prefix of an archive by star or node-tar: they keep two times in the rest of the field. */
const SHORT_PREFIX: Field = [345, 476];

const USTAR = 'ustar\u000000';
/** POSIX, GNU, and the older v7 format. */
const MAGICS: ReadonlySet<string> = new Set([USTAR, 'ustar  \0', '\0'.repeat(8)]);
/** Octal, ended by spaces or NULs; or base-256 and not negative. */
// oxlint-disable-next-line no-control-regex -- numbers end in NUL
const NUMBER = /^(?: *[0-7]+[ \0]*|\u0080[^]*)$/;
// oxlint-disable-next-line no-control-regex -- numbers end in NUL
const NOTHING = /^[ 0]*[ \0]*$/;

/**
 * Refuses what node-tar tolerates in a header but another program would read differently. Quotation marks give the
 * name of each vector in test/unit/archive/hostile-names.test.ts.
 *
 * @throws InstallError `archive-rejected`
 */
export function assertHeaderForm(block: Buffer, { path: name = '' }: Header): void {
  const magic = text(block, MAGIC);
  // "an unknown format"
  if (!MAGICS.has(magic))
    throw rejectedMember(name, 'with a header of an unknown format', 'its meaning is unknown');
  // "a prefix that leaves, in a GNU header": Python puts it before the name, node-tar and GNU tar do not.
  if (magic !== USTAR && !isZero(block.subarray(...PREFIX))) {
    throw rejectedMember(name, 'with a name prefix that its format does not have', CALLED);
  }
  // "a NUL in a name", "a NUL in a prefix"
  const prefix = block[475] === 0 ? SHORT_PREFIX : PREFIX;
  if (![NAME, LINK_NAME, prefix].every((field) => isTerminated(block.subarray(...field)))) {
    throw rejectedMember(name, 'whose name continues after its end', CALLED);
  }
  // "a size that is no number", "a negative size", "a mode that is no number"
  if (![MODE, SIZE].every((field) => NUMBER.test(text(block, field)))) {
    throw rejectedMember(
      name,
      'whose size or mode is not a number',
      'programs disagree on where the next member begins',
    );
  }
}

const CALLED = 'programs disagree on its name';

/** Whether the header itself says that no content follows. node-tar assumes this for every directory. */
export function hasNoContent(block: Buffer): boolean {
  return NOTHING.test(text(block, SIZE));
}

function text(block: Buffer, [from, to]: Field): string {
  return block.toString('latin1', from, to);
}

/** Text with nothing but NULs after the first NUL. */
function isTerminated(field: Uint8Array): boolean {
  const end = field.indexOf(0);
  return end === -1 || isZero(field.subarray(end));
}
