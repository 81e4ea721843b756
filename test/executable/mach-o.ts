/** Mach-O (`loader.h`, `fixup-chains.h` of xnu), as far as a program that is in an executable goes. */
import type { Executable } from './container.ts';
import { archOf, NAME, once, slice, text } from './fields.ts';

/** The segments of a file, and those that the table of chained fixups has a place for. */
export interface Segments {
  readonly names: readonly string[];
  /** One for each segment: whether pointers in it are to be fixed. `dyld` refuses a table with fewer or more. */
  readonly withFixups: readonly boolean[];
}

/** 64 bits, an executable (MH_EXECUTE) with the dynamic linker; the blob is the only section of a segment. */
export function readMachO(file: Buffer): Executable {
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
    segments: {
      names: segments.map((segment) => text(segment.subarray(8, 24))),
      withFixups: chainedFixups(file, commands),
    },
  };
}

const CHAINED_FIXUPS = 0x80000034;

/** `dyld_chained_starts_in_image`: a count, and for each segment an offset or 0. */
function chainedFixups(file: Buffer, commands: readonly Buffer[]): readonly boolean[] {
  const command = once(
    commands.filter((one) => one.readUInt32LE(0) === CHAINED_FIXUPS),
    'tables of fixups',
  );
  const table = slice(file, command.readUInt32LE(8), command.readUInt32LE(12));
  const starts = slice(table, table.readUInt32LE(4), table.length - table.readUInt32LE(4));
  return Array.from({ length: starts.readUInt32LE(0) }, (_, i) => {
    const offset = starts.readUInt32LE(4 + i * 4);
    if (offset > 0) checkStarts(starts, offset);
    return offset > 0;
  });
}

/** `dyld_chained_starts_in_segment`: its own size, and one entry of two bytes for each page. */
function checkStarts(starts: Buffer, offset: number): void {
  const segment = slice(starts, offset, starts.readUInt32LE(offset));
  if (segment.length < 22 + segment.readUInt16LE(20) * 2)
    throw new Error('starts of a segment are cut short');
}
