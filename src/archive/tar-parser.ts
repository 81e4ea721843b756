import { Header } from 'tar/header';
import { Parser } from 'tar/parse';
import type { ReadEntry } from 'tar/read-entry';
import { MAX_ARCHIVE_METADATA_BYTES } from '../limits.ts';
import { rejectedArchive, rejectedMember } from './archive-error.ts';
import { BLOCK_BYTES } from './blocks.ts';
import { isRefusedKind, rejectedKind, rejectedLinkTarget } from './member.ts';

export interface ParsedMember {
  readonly kind: 'member';
  readonly header: Header;
  /** Includes what extended headers said. `blockRemain` counts down as the parser gets its content. */
  readonly entry: ReadEntry;
}

/** Says something about the next member. */
export interface ParsedExtension {
  readonly kind: 'extension';
  readonly header: Header;
  /** Bytes up to the next header. */
  readonly paddedBytes: number;
}

/** PAX for one member, PAX for all members, GNU long name, GNU long link target. */
const EXTENSIONS: ReadonlySet<string> = new Set(['x', 'g', 'L', 'K']);

/**
 * node-tar's parser, fed with one header, one whole extended header or a piece of one member at a time. So an
 * extended header is never cut in the middle of a character, the parser's queue stays empty, and it never gets what
 * follows the end of the archive, which it would collect in memory.
 */
export class TarParser {
  // Otherwise it would also unpack a second gzip inside the first one; see `header`.
  readonly #parser: Parser = new Parser({
    strict: true,
    zstd: false,
    brotli: false,
    maxMetaEntrySize: MAX_ARCHIVE_METADATA_BYTES,
  });
  #entry: ReadEntry | undefined;
  #ignored: ReadEntry | undefined;
  #content: Buffer | undefined;
  #failure: Error | undefined;

  constructor() {
    this.#parser.on('entry', (entry: ReadEntry) => {
      this.#entry = entry;
      entry.on('data', (data) => {
        this.#content = data;
      });
    });
    this.#parser.on('ignoredEntry', (entry: ReadEntry) => {
      this.#ignored = entry;
    });
    this.#parser.on('error', (error: Error) => {
      this.#failure = error;
    });
  }

  /**
   * Parses one header that is not an empty block.
   *
   * @throws InstallError `archive-rejected`
   */
  header(block: Buffer): ParsedMember | ParsedExtension {
    if (block[0] === 0x1f && block[1] === 0x8b) throw rejectedArchive('it is packed with gzip twice');
    this.#write(block);
    if (this.#ignored !== undefined) throw ignored(this.#ignored);
    if (this.#entry !== undefined) {
      const { header } = this.#entry;
      return { kind: 'member', header, entry: this.#entry };
    }
    const header = new Header(block);
    if (header.nullBlock) throw badChecksum();
    if (!EXTENSIONS.has(header.typeKey)) throw rejectedKind(header.path ?? '', header.type);
    return {
      kind: 'extension',
      header,
      paddedBytes: Math.ceil((header.size ?? 0) / BLOCK_BYTES) * BLOCK_BYTES,
    };
  }

  /** Takes the content after a header in whole blocks, and returns a member's content without its padding. */
  content(blocks: Buffer): Uint8Array | undefined {
    if (blocks.length > 0) this.#write(blocks);
    return this.#content;
  }

  #write(blocks: Buffer): void {
    this.#entry = undefined;
    this.#content = undefined;
    this.#parser.write(blocks);
    if (this.#failure !== undefined) throw refusedByParser(this.#failure);
  }
}

/** node-tar ignores unknown entries and extended headers that are too large. */
function ignored({ path, type, meta, size }: ReadEntry): Error {
  return meta ? rejectedArchive(`an extended header has ${size} bytes`) : rejectedKind(path, type);
}

/** Why the strict parser stopped. Its error includes the header if it could decode one. */
function refusedByParser(error: Error): Error {
  const header = 'header' in error && error.header instanceof Header ? error.header : undefined;
  if (header === undefined) return rejectedArchive('a header has a number that cannot be read', error);
  if (!header.cksumValid) return badChecksum(error);
  const { path = '', type } = header;
  if (path === '') return rejectedMember(path, 'a member without a name', 'there is no place to write it');
  return isRefusedKind(type) ? rejectedKind(path, type) : rejectedLinkTarget(path);
}

function badChecksum(cause?: unknown): Error {
  return rejectedArchive('a header fails its checksum, or it is not a tar archive', cause);
}
