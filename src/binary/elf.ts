import { MAX_BINARY_SECTIONS, MAX_SECTION_NAMES_BYTES } from '../limits.ts';
import { type ByteSource, HeaderNumbers } from './byte-source.ts';
import { type Section, type Sections, sortSections } from './sections.ts';

/** Offsets of the fields that are read, for each class. Source: elf(5). */
const LAYOUTS = {
  32: {
    header: 52,
    tableOffset: 32,
    entrySize: 46,
    entry: 40,
    flags: 8,
    offset: 16,
    size: 20,
  },
  64: {
    header: 64,
    tableOffset: 40,
    entrySize: 58,
    entry: 64,
    flags: 8,
    offset: 24,
    size: 32,
  },
} as const;

type Layout = (typeof LAYOUTS)[32 | 64];

const PROGBITS = 1;
const FLAG_WRITE = 1;
const FLAG_ALLOC = 2;
const FLAG_EXECUTE = 4;
/** What `e_ident` says after its magic: class and byte order. */
const CLASSES = new Map<number | undefined, 32 | 64>([
  [1, 32],
  [2, 64],
]);
const LITTLE_ENDIAN = 1;
const BIG_ENDIAN = 2;

interface SectionTable {
  readonly numbers: HeaderNumbers;
  readonly count: number;
  readonly layout: Layout;
  readonly word: (offset: number) => number;
  readonly names: Buffer;
}

export function isElf(start: Uint8Array): boolean {
  return start[0] === 0x7f && start[1] === 0x45 && start[2] === 0x4c && start[3] === 0x46;
}

/** The sections of an ELF file, or undefined where its header or section table is not whole. */
export async function readElf(source: ByteSource): Promise<Sections | undefined> {
  const table = await readSectionTable(source);
  if (table === undefined) return undefined;
  const sections = Array.from({ length: table.count }, (_, index) => describe(table, index));
  return sortSections(sections, source.size);
}

function describe({ numbers, layout, word, names }: SectionTable, index: number): Section {
  const at = index * layout.entry;
  const range = { offset: word(at + layout.offset), length: word(at + layout.size) };
  if (numbers.u32(at + 4) !== PROGBITS) return { ...range, holds: 'other' };
  const name = nameAt(names, numbers.u32(at));
  if (name === '.go.buildinfo') return { ...range, holds: 'build-info' };
  // Names of functions and files, and no string of the program: two thirds of all read-only data.
  if (name === '.gopclntab') return { ...range, holds: 'other' };
  const flags = word(at + layout.flags) & (FLAG_ALLOC | FLAG_WRITE | FLAG_EXECUTE);
  return { ...range, holds: flags === FLAG_ALLOC ? 'read-only-data' : 'other' };
}

function nameAt(names: Buffer, start: number): string {
  const end = names.indexOf(0, start);
  return start >= names.length || end === -1 ? '' : names.toString('latin1', start, end);
}

async function readSectionTable(source: ByteSource): Promise<SectionTable | undefined> {
  const start = await source.read({ offset: 0, length: 16 });
  const bits = CLASSES.get(start?.[4]);
  const order = start?.[5];
  if (bits === undefined || (order !== LITTLE_ENDIAN && order !== BIG_ENDIAN)) return undefined;
  const layout = LAYOUTS[bits];
  const header = await source.read({ offset: 0, length: layout.header });
  if (header === undefined) return undefined;
  const littleEndian = order === LITTLE_ENDIAN;
  const of = new HeaderNumbers(header, littleEndian);
  const wordOf = (numbers: HeaderNumbers) => (at: number) =>
    bits === 64 ? numbers.u64(at) : numbers.u32(at);
  const count = of.u16(layout.entrySize + 2);
  if (of.u16(layout.entrySize) !== layout.entry || count === 0 || count > MAX_BINARY_SECTIONS)
    return undefined;
  const bytes = await source.read({
    offset: wordOf(of)(layout.tableOffset),
    length: count * layout.entry,
  });
  if (bytes === undefined) return undefined;
  const numbers = new HeaderNumbers(bytes, littleEndian);
  const word = wordOf(numbers);
  const namesIndex = of.u16(layout.entrySize + 4);
  if (namesIndex >= count) return undefined;
  const at = namesIndex * layout.entry;
  const length = word(at + layout.size);
  if (length > MAX_SECTION_NAMES_BYTES) return undefined;
  const names = await source.read({ offset: word(at + layout.offset), length });
  return names === undefined ? undefined : { numbers, count, layout, word, names: Buffer.from(names) };
}
