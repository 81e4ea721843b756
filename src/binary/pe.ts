import { MAX_BINARY_SECTIONS } from '../limits.ts';
import { type ByteSource, HeaderNumbers } from './byte-source.ts';
import { type Section, type Sections, sortSections } from './sections.ts';

/** Source: Microsoft's "PE Format". */
const SIGNATURE = 0x00004550;
const SECTION_BYTES = 40;
const INITIALIZED_DATA = 0x40;
const EXECUTE = 0x20000000;
const WRITE = 0x80000000;

export function isPe(start: Uint8Array): boolean {
  return start[0] === 0x4d && start[1] === 0x5a;
}

/** The sections of a PE file, or undefined where its headers are not whole. */
export async function readPe(source: ByteSource): Promise<Sections | undefined> {
  const dos = await source.read({ offset: 0, length: 64 });
  if (dos === undefined) return undefined;
  const start = new HeaderNumbers(dos, true).u32(0x3c);
  const header = await source.read({ offset: start, length: 24 });
  if (header === undefined) return undefined;
  const of = new HeaderNumbers(header, true);
  const count = of.u16(6);
  if (of.u32(0) !== SIGNATURE || count > MAX_BINARY_SECTIONS) return undefined;
  const table = await source.read({ offset: start + 24 + of.u16(20), length: count * SECTION_BYTES });
  if (table === undefined) return undefined;
  const numbers = new HeaderNumbers(table, true);
  const sections = Array.from({ length: count }, (_, index) => describe(numbers, index * SECTION_BYTES));
  return sortSections(sections, source.size);
}

/** Go's linker puts the build information at the beginning of `.data`, among other data that a program may write. */
function describe(numbers: HeaderNumbers, at: number): Section {
  const range = { offset: numbers.u32(at + 20), length: numbers.u32(at + 16) };
  const flags = numbers.u32(at + 36);
  if ((flags & INITIALIZED_DATA) === 0 || (flags & EXECUTE) !== 0) return { ...range, holds: 'other' };
  return { ...range, holds: (flags & WRITE) === 0 ? 'read-only-data' : 'build-info' };
}
