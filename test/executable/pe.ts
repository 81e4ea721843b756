/** PE ("PE Format" and "VS_VERSIONINFO" of Microsoft), as far as a program that is in an executable goes. */
import type { Executable } from './container.ts';
import { archOf, NAME, once, slice, text } from './fields.ts';

export interface WindowsFile {
  /** Where a table of Authenticode certificates is, and how long: 0 where there is none. */
  readonly certificates: number;
  readonly checksumFits: boolean;
  /** The texts of the version resource, by their names. */
  readonly texts: Readonly<Record<string, string>>;
}

/** PE32+, an executable image for the console; the blob is a resource of type RCDATA. */
export function readPe(file: Buffer): Executable {
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
  const version = findResource(resources, [16, 1]);
  return {
    format: 'pe',
    arch: archOf(file.readUInt16LE(start + 4), { 0x8664: 'x64', 0xaa64: 'arm64' }),
    blob: at(entry.readUInt32LE(0), entry.readUInt32LE(4)),
    windows: {
      certificates: file.readUInt32LE(optional + 144) + file.readUInt32LE(optional + 148),
      checksumFits: file.readUInt32LE(optional + 64) === checksum(file, optional + 64),
      texts: versionTexts(at(version.readUInt32LE(0), version.readUInt32LE(4))),
    },
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

/** The sum of all words but the checksum's own, carried around, and the length (`CheckSumMappedFile`). */
function checksum(file: Buffer, own: number): number {
  let sum = 0;
  for (let at = 0; at + 1 < file.length; at += 2) {
    if (at === own || at === own + 2) continue;
    sum += file.readUInt16LE(at);
    sum = (sum & 0xffff) + (sum >>> 16);
  }
  return sum + file.length;
}

/** `VS_VERSIONINFO` holds a block `StringFileInfo`, that one table of a language, and that the texts. */
function versionTexts(resource: Buffer): Readonly<Record<string, string>> {
  const info = block(resource, 0);
  const strings = once(
    children(info).filter(({ key }) => key === 'StringFileInfo'),
    'StringFileInfo',
  );
  const table = once(children(strings), 'languages');
  return Object.fromEntries(children(table).map(({ key, bytes, value }) => [key, wide(bytes, value)]));
}

interface Block {
  readonly key: string;
  readonly bytes: Buffer;
  /** Where its value begins, and where the blocks in it do. */
  readonly value: number;
  readonly inner: number;
}

function block(bytes: Buffer, at: number): Block {
  const own = slice(bytes, at, bytes.readUInt16LE(at));
  const isText = own.readUInt16LE(4) === 1;
  const key = wide(own, 6);
  const value = word(6 + (key.length + 1) * 2);
  return { key, bytes: own, value, inner: word(value + own.readUInt16LE(2) * (isText ? 2 : 1)) };
}

function children({ bytes, inner }: Block): readonly Block[] {
  const found: Block[] = [];
  for (let at = inner; at < bytes.length; at = word(at + bytes.readUInt16LE(at)))
    found.push(block(bytes, at));
  return found;
}

function word(offset: number): number {
  return Math.ceil(offset / 4) * 4;
}

/** A text in UTF-16 that ends with a zero. */
function wide(bytes: Buffer, at: number): string {
  return bytes.subarray(at).toString('utf16le').split('\0', 1)[0] ?? '';
}
