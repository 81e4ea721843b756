import { Header, type HeaderData } from 'tar';
import { rejectedArchive, rejectedMember } from './archive-error.ts';

/** Everything in a tar archive comes in blocks of this size. */
export const BLOCK_BYTES = 512;

/** Where a field of a header begins and ends (POSIX.1-2008, pax, "ustar Interchange Format"). */
type Field = readonly [from: number, to: number];
const NAME: Field = [0, 100];
const MODE: Field = [100, 108];
const SIZE: Field = [124, 136];
const LINK_NAME: Field = [157, 257];
const MAGIC: Field = [257, 265];
const PREFIX: Field = [345, 500];
/** Where the prefix ends if it is not longer than this; star and node-tar keep two times in the rest. */
const SHORT_PREFIX: Field = [345, 476];

const USTAR = 'ustar\u000000';
/** POSIX, GNU, and the format before both. */
const MAGICS: ReadonlySet<string> = new Set([USTAR, 'ustar  \0', '\0'.repeat(8)]);
/** Octal, ended by spaces or NULs; or base-256, not negative. */
// oxlint-disable-next-line no-control-regex -- numbers end in NUL
const NUMBER = /^(?: *[0-7]+[ \0]*|\u0080[^]*)$/;
// oxlint-disable-next-line no-control-regex -- numbers end in NUL
const NOTHING = /^[ 0]*[ \0]*$/;

/**
 * A header as node-tar decodes it, after the checks of its shape that node-tar does not make.
 *
 * @param extended what an extended header said about this member.
 * @throws InstallError `archive-rejected`
 */
export function decodeTarHeader(block: Buffer, extended: HeaderData | undefined): Header {
  let header: Header;
  try {
    header = new Header(block, 0, extended);
  } catch (error) {
    throw rejectedArchive('a header has a number that is none', error);
  }
  if (!header.cksumValid)
    throw rejectedArchive('a header fails its checksum, or it is no tar archive at all');
  const name = header.path ?? '';
  const magic = text(block, MAGIC);
  if (!MAGICS.has(magic))
    throw rejectedMember(name, 'with a header of an unknown format', 'it may say something else');
  const prefix = block[475] === 0 ? SHORT_PREFIX : PREFIX;
  const texts = magic === USTAR ? [NAME, LINK_NAME, prefix] : [NAME, LINK_NAME];
  if (!texts.every((field) => isTerminated(block.subarray(...field)))) {
    throw rejectedMember(name, 'whose name goes on after its end', 'programs differ in what it is called');
  }
  if (![MODE, SIZE].every((field) => NUMBER.test(text(block, field)))) {
    throw rejectedMember(
      name,
      'whose size or mode is no number',
      'programs differ in where the next member begins',
    );
  }
  return header;
}

/** Whether the header itself says that nothing follows. */
export function hasNoContent(block: Buffer): boolean {
  return NOTHING.test(text(block, SIZE));
}

export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

function text(block: Buffer, [from, to]: Field): string {
  return block.toString('latin1', from, to);
}

/** Text, and nothing but NULs after the first NUL. */
function isTerminated(field: Uint8Array): boolean {
  const end = field.indexOf(0);
  return end === -1 || isZero(field.subarray(end));
}
