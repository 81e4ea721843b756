/**
 * What is in an executable, read as the systems that run it read it: ELF, Mach-O and PE, each just far enough to find for
 * which processor it is, and the program that was put into it. Anything that is not so throws.
 */
import { type Arch, archOf, NAME, once, slice, text } from './fields.ts';
import { readMachO, type Segments } from './mach-o.ts';
import { readPe, type WindowsFile } from './pe.ts';

export interface Executable {
  readonly format: 'elf' | 'mach-o' | 'pe';
  readonly arch: Arch;
  /** The embedded program (`NODE_SEA_BLOB`), as the system finds it. */
  readonly blob: Buffer;
  /** Mach-O: the code signature, where there is one. */
  readonly signature?: Buffer | undefined;
  /** Mach-O: what the linker's table says of the segments, which `dyld` compares. */
  readonly segments?: Segments | undefined;
  /** PE: what Windows and its users read of the file as a whole. */
  readonly windows?: WindowsFile | undefined;
}

export function readExecutable(file: Buffer): Executable {
  const magic = file.readUInt32BE(0);
  if (magic === 0x7f454c46) return readElf(file);
  if (magic === 0xcffaedfe) return readMachO(file);
  if (file.toString('latin1', 0, 2) === 'MZ') return readPe(file);
  throw new Error(`no executable: it begins with ${magic.toString(16)}`);
}

/** 64 bits, little-endian, an executable (ET_EXEC or ET_DYN); the blob is a note. */
function readElf(file: Buffer): Executable {
  if (file[4] !== 2 || file[5] !== 1 || ![2, 3].includes(file.readUInt16LE(16)))
    throw new Error('another ELF');
  const table = Number(file.readBigUInt64LE(32));
  const size = file.readUInt16LE(54);
  const headers = Array.from({ length: file.readUInt16LE(56) }, (_, i) =>
    slice(file, table + i * size, size),
  );
  const notes = headers
    .filter((header) => header.readUInt32LE(0) === 4)
    .flatMap((header) =>
      readNotes(slice(file, Number(header.readBigUInt64LE(8)), Number(header.readBigUInt64LE(32)))),
    );
  return {
    format: 'elf',
    arch: archOf(file.readUInt16LE(18), { 62: 'x64', 183: 'arm64' }),
    blob: once(
      notes.filter(({ name }) => name === NAME),
      'notes',
    ).content,
  };
}

/** Names and contents of notes fill whole words. */
function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}

function readNotes(segment: Buffer): readonly { readonly name: string; readonly content: Buffer }[] {
  const notes: { readonly name: string; readonly content: Buffer }[] = [];
  for (let at = 0; at + 12 <= segment.length;) {
    const nameLength = segment.readUInt32LE(at);
    const length = segment.readUInt32LE(at + 4);
    const name = text(slice(segment, at + 12, nameLength));
    const start = at + 12 + padded(nameLength);
    notes.push({ name, content: slice(segment, start, length) });
    at = start + padded(length);
  }
  return notes;
}
