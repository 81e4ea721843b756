/**
 * Reads the members of a tar archive from a stream, one after the other.
 *
 * node-tar's parser, in its strict mode, decodes headers and extended headers: the kind, the name and the end of each
 * entry. member.ts and member-path.ts decide what an archive may contain. header-form.ts and extended-header.ts
 * refuse what node-tar tolerates but another program would read differently.
 */
import { rejectedArchive } from './archive-error.ts';
import { BLOCK_BYTES, Blocks, isZero } from './blocks.ts';
import { ExtendedHeaders } from './extended-header.ts';
import { assertHeaderForm } from './header-form.ts';
import { type ArchiveMember, memberOf } from './member.ts';
import { MemberPaths } from './member-path.ts';
import { type ParsedMember, TarParser } from './tar-parser.ts';

export interface VisitedMember extends ArchiveMember {
  /**
   * The content of a file. Read it while the member is visited, or not at all. Each piece is valid until the next.
   */
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * Visits every member in order and returns after the end of the archive.
 *
 * @throws InstallError `archive-rejected`, naming the member; any error of `visit`.
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

/** The part that is not read yet. If the visitor stops early, the rest is skipped. */
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

/** The next piece of an entry without its padding; undefined if it is only padding. */
async function nextPiece(
  { entry }: ParsedMember,
  parser: TarParser,
  blocks: Blocks,
): Promise<Uint8Array | undefined> {
  return parser.content(await blocks.some(entry.blockRemain));
}

/** Checks what follows the first empty block: a second one, then only padding to the end of the file. */
async function assertEnd(blocks: Blocks): Promise<void> {
  if (!isZero(await blocks.take(BLOCK_BYTES)))
    throw rejectedArchive('an empty block stands between its members');
  for await (const rest of blocks.rest()) {
    if (!isZero(rest)) throw rejectedArchive('something follows its end');
  }
}
