/**
 * What is in an executable, read as the systems that run it read it: ELF, Mach-O and PE, each just far enough to find for
 * which processor it is, and the program that was put into it. Anything that is not so throws.
 */

export interface Executable {
  readonly format: 'elf' | 'mach-o' | 'pe';
  readonly arch: 'x64' | 'arm64';
  /** The embedded program (`NODE_SEA_BLOB`), as the system finds it. */
  readonly blob: Buffer;
  /** Mach-O: the code signature, where there is one. */
  readonly signature: Buffer | undefined;
}

export function readExecutable(file: Buffer): Executable {
  const magic = file.readUInt32BE(0);
  if (magic === 0x7f454c46) return readElf(file);
  if (magic === 0xcffaedfe) return readMachO(file);
  if (file.toString('latin1', 0, 2) === 'MZ') return readPe(file);
  throw new Error(`no executable: it begins with ${magic.toString(16)}`);
}

const NAME = 'NODE_SEA_BLOB';

function archOf(machine: number, known: Readonly<Record<number, Executable['arch']>>): Executable['arch'] {
  const arch = known[machine];
  if (arch === undefined) throw new Error(`machine ${machine.toString(16)} is none of ours`);
  return arch;
}

function once<Value>(found: readonly Value[], what: string): Value {
  const [only, ...more] = found;
  if (only === undefined || more.length > 0) throw new Error(`${found.length} ${what}`);
  return only;
}

function slice(file: Buffer, offset: number, size: number): Buffer {
  if (offset < 0 || offset + size > file.length) throw new Error(`${offset}+${size} is beyond the file`);
  return file.subarray(offset, offset + size);
}

function text(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/\0+$/, '');
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
    signature: undefined,
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

/** 64 bits, an executable (MH_EXECUTE) with the dynamic linker; the blob is the only section of a segment. */
function readMachO(file: Buffer): Executable {
  if (file.readUInt32LE(12) !== 2) throw new Error('another Mach-O');
  const commands: Buffer[] = [];
  for (let at = 32; commands.length < file.readUInt32LE(16);) {
    const size = file.readUInt32LE(at + 4);
    commands.push(slice(file, at, size));
    at += size;
  }
  const segments = commands.filter((command) => command.readUInt32LE(0) === 0x19);
  const named = (name: string): Buffer =>
    once(
      segments.filter((segment) => text(segment.subarray(8, 24)) === name),
      `segments ${name}`,
    );
  const section = named('NODE_SEA').subarray(72);
  if (section.length !== 80 || text(section.subarray(0, 16)) !== `__${NAME}`)
    throw new Error('another section');
  // Nothing may come behind the linker's own data, and that is where a signature is.
  const [last, linked] = [segments.at(-1), named('__LINKEDIT')];
  const end = Number(linked.readBigUInt64LE(40)) + Number(linked.readBigUInt64LE(48));
  if (last !== linked || end !== file.length) throw new Error('__LINKEDIT is not the end');
  const signed = commands.filter((command) => command.readUInt32LE(0) === 0x1d);
  return {
    format: 'mach-o',
    arch: archOf(file.readUInt32LE(4), { 0x01000007: 'x64', 0x0100000c: 'arm64' }),
    blob: slice(file, section.readUInt32LE(48), Number(section.readBigUInt64LE(40))),
    signature:
      signed.length === 0
        ? undefined
        : signed.map((command) => slice(file, command.readUInt32LE(8), command.readUInt32LE(12)))[0],
  };
}

/** PE32+, an executable image for the console; the blob is a resource of type RCDATA. */
function readPe(file: Buffer): Executable {
  const start = file.readUInt32LE(0x3c);
  const optional = start + 24;
  const isConsoleImage =
    text(slice(file, start, 4)) === 'PE' &&
    (file.readUInt16LE(start + 22) & 0x2002) === 0x0002 &&
    file.readUInt16LE(optional) === 0x20b &&
    file.readUInt16LE(optional + 68) === 3;
  if (!isConsoleImage) throw new Error('another PE');
  const sections = Array.from({ length: file.readUInt16LE(start + 6) }, (_, i) =>
    slice(file, optional + file.readUInt16LE(start + 20) + i * 40, 40),
  );
  const at = (address: number, size: number): Buffer => {
    const section = sections.find(
      (one) => address >= one.readUInt32LE(12) && address < one.readUInt32LE(12) + one.readUInt32LE(16),
    );
    if (section === undefined) throw new Error(`no section has ${address}`);
    return slice(file, section.readUInt32LE(20) + address - section.readUInt32LE(12), size);
  };
  const resources = at(file.readUInt32LE(optional + 128), file.readUInt32LE(optional + 132));
  const entry = findResource(resources, [10, NAME]);
  return {
    format: 'pe',
    arch: archOf(file.readUInt16LE(start + 4), { 0x8664: 'x64', 0xaa64: 'arm64' }),
    blob: at(entry.readUInt32LE(0), entry.readUInt32LE(4)),
    signature: undefined,
  };
}

/** The data entry behind type and name, in its only language. */
function findResource(resources: Buffer, way: readonly (number | string)[], from = 0): Buffer {
  const count = resources.readUInt16LE(from + 12) + resources.readUInt16LE(from + 14);
  const entries = Array.from({ length: count }, (_, i) => slice(resources, from + 16 + i * 8, 8));
  const [wanted, ...rest] = way;
  const entry = once(
    entries.filter((one) => wanted === undefined || resourceName(resources, one.readUInt32LE(0)) === wanted),
    `resources ${wanted ?? 'in a language'}`,
  );
  const to = entry.readUInt32LE(4);
  return to >= 0x80000000 ? findResource(resources, rest, to - 0x80000000) : slice(resources, to, 16);
}

function resourceName(resources: Buffer, id: number): number | string {
  if (id < 0x80000000) return id;
  const at = id - 0x80000000;
  return slice(resources, at + 2, resources.readUInt16LE(at) * 2).toString('utf16le');
}
