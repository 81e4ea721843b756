import { MAX_BINARY_SECTIONS, MAX_LOAD_COMMANDS_BYTES, MAX_UNIVERSAL_SLICES } from '../limits.ts';
import { type ByteRange, type ByteSource, fixedName, HeaderNumbers } from './byte-source.ts';
import { type Section, type Sections, sortSections } from './sections.ts';

/** Sources: mach-o/loader.h and mach-o/fat.h of Apple's cctools. */
const LAYOUTS = {
  32: { header: 28, segment: 0x1, segmentSize: 56, count: 48, section: 68, size: 36, offset: 40, flags: 56 },
  64: { header: 32, segment: 0x19, segmentSize: 72, count: 64, section: 80, size: 40, offset: 48, flags: 64 },
} as const;

type Layout = (typeof LAYOUTS)[32 | 64];

const MAGICS: ReadonlyMap<number, { readonly bits: 32 | 64; readonly littleEndian: boolean }> = new Map([
  [0xfeedface, { bits: 32, littleEndian: false }],
  [0xfeedfacf, { bits: 64, littleEndian: false }],
  [0xcefaedfe, { bits: 32, littleEndian: true }],
  [0xcffaedfe, { bits: 64, littleEndian: true }],
]);
/** Universal files are big-endian on every machine; the second kind has 64-bit offsets. */
const UNIVERSAL: ReadonlyMap<number, { readonly entry: number; readonly wide: boolean }> = new Map([
  [0xcafebabe, { entry: 20, wide: false }],
  [0xcafebabf, { entry: 32, wide: true }],
]);
const READ_ONLY_NAMES: ReadonlySet<string> = new Set(['__rodata', '__const', '__cstring']);
/** The low byte of a section's flags is its type; this one has no bytes in the file. */
const ZERO_FILL = 1;

const magicOf = (start: Uint8Array): number => new HeaderNumbers(start, false).u32(0);

export function isMachO(start: Uint8Array): boolean {
  return MAGICS.has(magicOf(start));
}

export function isUniversal(start: Uint8Array): boolean {
  return UNIVERSAL.has(magicOf(start));
}

/**
 * Where the programs of a universal file lie, or undefined where its table is not whole, empty or too long, or they overlap. A Java
 * class file begins with the same bytes, and its version reads as a table that is too long.
 */
export async function readUniversal(source: ByteSource): Promise<readonly ByteRange[] | undefined> {
  const start = await source.read({ offset: 0, length: 8 });
  if (start === undefined) return undefined;
  const kind = UNIVERSAL.get(magicOf(start));
  const count = new HeaderNumbers(start, false).u32(4);
  if (kind === undefined || count === 0 || count > MAX_UNIVERSAL_SLICES) return undefined;
  const table = await source.read({ offset: 8, length: count * kind.entry });
  if (table === undefined) return undefined;
  const numbers = new HeaderNumbers(table, false);
  const programs = Array.from({ length: count }, (_, index) => {
    const at = index * kind.entry;
    return kind.wide
      ? { offset: numbers.u64(at + 8), length: numbers.u64(at + 16) }
      : { offset: numbers.u32(at + 8), length: numbers.u32(at + 12) };
  });
  // Programs that overlap would be read again for each of them.
  return programs.reduce((sum, { length }) => sum + length, 0) > source.size ? undefined : programs;
}

/** The sections of a Mach-O file, or undefined where its load commands are not whole. */
export async function readMachO(source: ByteSource): Promise<Sections | undefined> {
  const start = await source.read({ offset: 0, length: 28 });
  const kind = start === undefined ? undefined : MAGICS.get(magicOf(start));
  if (start === undefined || kind === undefined) return undefined;
  const layout = LAYOUTS[kind.bits];
  const header = new HeaderNumbers(start, kind.littleEndian);
  const [count, length] = [header.u32(16), header.u32(20)];
  if (length > MAX_LOAD_COMMANDS_BYTES) return undefined;
  const commands = await source.read({ offset: layout.header, length });
  if (commands === undefined) return undefined;
  const sections = readCommands(commands, count, layout, kind.littleEndian);
  return sections === undefined ? undefined : sortSections(sections, source.size);
}

function readCommands(
  commands: Uint8Array,
  count: number,
  layout: Layout,
  littleEndian: boolean,
): readonly Section[] | undefined {
  const numbers = new HeaderNumbers(commands, littleEndian);
  const sections: Section[] = [];
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    if (at + 8 > commands.length) return undefined;
    const size = numbers.u32(at + 4);
    if (size < 8 || at + size > commands.length) return undefined;
    if (numbers.u32(at) === layout.segment) {
      if (size < layout.segmentSize) return undefined;
      const held = numbers.u32(at + layout.count);
      if (layout.segmentSize + held * layout.section > size) return undefined;
      if (sections.length + held > MAX_BINARY_SECTIONS) return undefined;
      for (let one = 0; one < held; one += 1) {
        sections.push(describe(commands, numbers, at + layout.segmentSize + one * layout.section, layout));
      }
    }
    at += size;
  }
  return sections;
}

function describe(commands: Uint8Array, numbers: HeaderNumbers, at: number, layout: Layout): Section {
  const name = fixedName(commands, at, 16);
  const length = layout === LAYOUTS[64] ? numbers.u64(at + layout.size) : numbers.u32(at + layout.size);
  const range = { offset: numbers.u32(at + layout.offset), length };
  if ((numbers.u32(at + layout.flags) & 0xff) === ZERO_FILL) return { ...range, holds: 'other' };
  if (name === '__go_buildinfo') return { ...range, holds: 'build-info' };
  return { ...range, holds: READ_ONLY_NAMES.has(name) ? 'read-only-data' : 'other' };
}
