/**
 * Reads the members of a tar archive, one after the other, as they stream by.
 *
 * The parser of node-tar, in its strict mode, decodes headers and extended headers and says what an entry is, what it
 * is called and where it ends. What may be in an archive is decided in member.ts and member-path.ts. What node-tar
 * passes over, and another program would read differently, is refused in header-form.ts and extended-header.ts.
 */
import { rejectedArchive } from './archive-error.ts';
import { BLOCK_BYTES, Blocks, isZero } from './blocks.ts';
import { ExtendedHeaders } from './extended-header.ts';
import { assertHeaderForm } from './header-form.ts';
import { type ArchiveMember, memberOf } from './member.ts';
import { MemberPaths } from './member-path.ts';
import { type ParsedMember, TarParser } from './tar-parser.ts';

export interface VisitedMember extends ArchiveMember {
  /** The content of a file: to be read while the member is visited, or not at all. Each piece is valid until the next. */
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * Visits every member in order and returns after the end of the archive.
 *
 * @throws InstallError `archive-rejected`, naming the member; whatever `visit` throws.
 */
export async function readMembers(
  chunks: AsyncIterable<Buffer>,
  visit: (member: VisitedMember) => Promise<void>,
): Promise<void> {
  const blocks = new Blocks(chunks);
  const parser = new TarParser();
  const extended = new ExtendedHeaders();
  const paths = new MemberPaths();
  for (let block = await blocks.take(BLOCK_BYTES); !isZero(block); block = await blocks.take(BLOCK_BYTES)) {
    const parsed = parser.header(block);
    assertHeaderForm(block, parsed.header);
    if (parsed.kind === 'extension') {
      const body = await blocks.take(parsed.paddedBytes);
      extended.add(parsed.header, body);
      parser.content(body);
      continue;
    }
    const member = memberOf(parsed.entry, { block, linked: extended.take() === 'linked' });
    // The archive's own top directory has no path.
    if (member.path !== '') {
      paths.add(member.path, member.kind);
      await visit({ ...member, content: contentOf(parsed, parser, blocks) });
    }
    while (parsed.entry.blockRemain > 0) await nextPiece(parsed, parser, blocks);
  }
  extended.assertNone();
  await assertEnd(blocks);
}

/** As far as it is not read yet. Whoever stops early leaves the rest to be skipped. */
async function* contentOf(
  parsed: ParsedMember,
  parser: TarParser,
  blocks: Blocks,
): AsyncGenerator<Uint8Array, void, undefined> {
  while (parsed.entry.blockRemain > 0) {
    const piece = await nextPiece(parsed, parser, blocks);
    if (piece !== undefined) yield piece;
  }
}

/** What the next piece of an entry holds without its padding; undefined where it is padding alone. */
async function nextPiece(
  { entry }: ParsedMember,
  parser: TarParser,
  blocks: Blocks,
): Promise<Uint8Array | undefined> {
  return parser.content(await blocks.some(entry.blockRemain));
}

/** After the first empty block: a second one, and nothing but padding to the end of the file. */
async function assertEnd(blocks: Blocks): Promise<void> {
  if (!isZero(await blocks.take(BLOCK_BYTES)))
    throw rejectedArchive('an empty block stands between its members');
  for await (const rest of blocks.rest()) {
    if (!isZero(rest)) throw rejectedArchive('something follows its end');
  }
}
