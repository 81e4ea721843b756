/**
 * An ad-hoc code signature: the SHA-256 of every page of a Mach-O executable, without a signer. macOS on Apple silicon runs
 * nothing that has none, and `codesign` is on Macs alone. The layout is Apple's `cs_blobs.h` (xnu); Go's linker writes
 * the same kind of signature into what it builds on other systems.
 */
import { createHash } from 'node:crypto';

const SEGMENT = 0x19;
const CODE_SIGNATURE = 0x1d;
const HEADER_BYTES = 32;
const COMMAND_BYTES = 16;

/** Pages that are hashed, whatever the processor's own have. */
const PAGE_BYTES = 4096;
/** Segments begin on pages of Apple silicon, which has the larger ones. */
const SEGMENT_ALIGNMENT = 0x4000n;
const SIGNATURE_ALIGNMENT = 16;

const DIRECTORY_BYTES = 88;
const SUPER_BLOB_BYTES = 20;
/** Without a signer (CS_ADHOC), made by a linker (CS_LINKER_SIGNED): `codesign` replaces it without `--force`. */
const FLAGS = 0x2_0002;

interface LoadCommand {
  readonly offset: number;
  readonly kind: number;
  readonly size: number;
}

/**
 * The executable with a signature at its end.
 *
 * @param file a Mach-O executable of 64 bits, not signed
 * @throws Error where it is another file, or has no room for the load command
 */
export function signForMac(file: Buffer, identifier: string): Buffer {
  const start = Math.ceil(file.length / SIGNATURE_ALIGNMENT) * SIGNATURE_ALIGNMENT;
  const pages = Math.ceil(start / PAGE_BYTES);
  const name = Buffer.from(`${identifier}\0`);
  const size = SUPER_BLOB_BYTES + DIRECTORY_BYTES + name.length + pages * 32;
  const signed = Buffer.concat([file, Buffer.alloc(start - file.length + size)]);
  const text = announce(signed, start, size);
  writeSignature(signed, { start, size, pages, name, text });
  return signed;
}

/** Tells the loader where the signature is, and returns the size of the code segment. */
function announce(file: Buffer, start: number, size: number): bigint {
  const commands = readCommands(file);
  if (commands.some(({ kind }) => kind === CODE_SIGNATURE)) throw new Error('it has a signature already');
  const text = segmentNamed(file, commands, '__TEXT');
  const linked = segmentNamed(file, commands, '__LINKEDIT');
  const sizeOfCommands = file.readUInt32LE(20);
  const end = HEADER_BYTES + sizeOfCommands;
  if (firstSection(file, commands) < end + COMMAND_BYTES)
    throw new Error('there is no room for a load command');
  [CODE_SIGNATURE, COMMAND_BYTES, start, size].forEach((value, i) => file.writeUInt32LE(value, end + i * 4));
  file.writeUInt32LE(commands.length + 1, 16);
  file.writeUInt32LE(sizeOfCommands + COMMAND_BYTES, 20);
  const length = BigInt(start + size) - file.readBigUInt64LE(linked + 40);
  file.writeBigUInt64LE(
    ((length + SEGMENT_ALIGNMENT - 1n) / SEGMENT_ALIGNMENT) * SEGMENT_ALIGNMENT,
    linked + 32,
  );
  file.writeBigUInt64LE(length, linked + 48);
  return file.readBigUInt64LE(text + 48);
}

function readCommands(file: Buffer): readonly LoadCommand[] {
  const isExecutable = file.readUInt32LE(0) === 0xfeedfacf && file.readUInt32LE(12) === 2;
  if (!isExecutable) throw new Error('it is no Mach-O executable of 64 bits');
  const commands: LoadCommand[] = [];
  let offset = HEADER_BYTES;
  for (let left = file.readUInt32LE(16); left > 0; left -= 1) {
    const size = file.readUInt32LE(offset + 4);
    commands.push({ offset, kind: file.readUInt32LE(offset), size });
    offset += size;
  }
  return commands;
}

function segmentNamed(file: Buffer, commands: readonly LoadCommand[], name: string): number {
  const segments = commands.filter(({ kind }) => kind === SEGMENT);
  const found = segments.find(
    ({ offset }) => file.toString('latin1', offset + 8, offset + 24).replace(/\0+$/, '') === name,
  );
  if (found === undefined) throw new Error(`it has no segment ${name}`);
  return found.offset;
}

/** Where the first section begins: up to there the load commands may grow. */
function firstSection(file: Buffer, commands: readonly LoadCommand[]): number {
  const offsets = commands
    .filter(({ kind }) => kind === SEGMENT)
    .flatMap(({ offset }) =>
      Array.from({ length: file.readUInt32LE(offset + 64) }, (_, i) =>
        file.readUInt32LE(offset + 72 + i * 80 + 48),
      ),
    );
  return Math.min(...offsets.filter((offset) => offset > 0));
}

interface Signature {
  readonly start: number;
  readonly size: number;
  readonly pages: number;
  readonly name: Buffer;
  readonly text: bigint;
}

/** A superblob with nothing but a code directory in it; all its numbers are big-endian. */
function writeSignature(file: Buffer, { start, size, pages, name, text }: Signature): void {
  const hashes = DIRECTORY_BYTES + name.length;
  const directory = start + SUPER_BLOB_BYTES;
  const blobs = [0xfade0cc0, size, 1, 0, SUPER_BLOB_BYTES];
  const head = [
    0xfade0c02,
    size - SUPER_BLOB_BYTES,
    0x20400,
    FLAGS,
    hashes,
    DIRECTORY_BYTES,
    0,
    pages,
    start,
  ];
  [...blobs, ...head].forEach((word, i) => file.writeUInt32BE(word, start + i * 4));
  // SHA-256 has 32 bytes and the number 2; the size of a page is a power of two.
  file.set([32, 2, 0, Math.log2(PAGE_BYTES)], directory + 36);
  // The code segment is that of a main program (CS_EXECSEG_MAIN_BINARY), and begins with the file.
  file.writeBigUInt64BE(text, directory + 72);
  file.writeBigUInt64BE(1n, directory + 80);
  file.set(name, directory + DIRECTORY_BYTES);
  for (let page = 0; page < pages; page += 1) {
    const bytes = file.subarray(page * PAGE_BYTES, Math.min((page + 1) * PAGE_BYTES, start));
    file.set(createHash('sha256').update(bytes).digest(), directory + hashes + page * 32);
  }
}
