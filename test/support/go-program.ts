/**
 * Small files with the headers, build information and strings of a Go program, in each format that Kubernetes is
 * published in. Only what a reader of names looks at is there: nothing of it can run.
 */

export interface GoProgram {
  /** `elf64`: as Linux has it; `mach-o`: as macOS has it; `pe`: as Windows has it. */
  readonly format?: 'elf64' | 'elf32' | 'mach-o' | 'mach-o-32' | 'pe';
  readonly bigEndian?: boolean;
  /** The path of the main package. */
  readonly main?: string;
  readonly module?: { readonly path: string; readonly version: string } | undefined;
  /** `build` lines, each as `key=value`; a value with blanks is quoted like Go does. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Put into read-only data, each between two zero bytes. */
  readonly strings?: readonly string[];
  /** In place of the module information. */
  readonly modules?: Uint8Array;
  /** In place of the length of the module information. */
  readonly modulesLength?: bigint;
  /** The byte of flags; 2 says that the strings stand behind the header. */
  readonly flags?: number;
  /** Bytes of filler in read-only data. */
  readonly padding?: number;
}

const SENTINELS = [
  Buffer.from('3077af0c9274080241e1c107e6d618e6', 'hex'),
  Buffer.from('f932433186182072008242104116d8f2', 'hex'),
] as const;

/** kubectl v1.30.2 for linux/amd64, unless it is told otherwise. */
export function goProgram(program: GoProgram = {}): Buffer {
  const sections = [
    { name: 'build-info', bytes: buildInfo(program) },
    { name: 'read-only-data', bytes: readOnlyData(program) },
  ] as const;
  switch (program.format ?? 'elf64') {
    case 'elf64':
      return elf(sections, 64, program.bigEndian === true);
    case 'elf32':
      return elf(sections, 32, program.bigEndian === true);
    case 'mach-o':
      return machO(sections, 64, program.bigEndian === true);
    case 'mach-o-32':
      return machO(sections, 32, program.bigEndian === true);
    case 'pe':
      return pe(sections);
  }
}

/** Several programs in one file, as macOS has them. */
export function universal(programs: readonly Buffer[], count: number = programs.length): Buffer {
  const table = Buffer.alloc(8 + 20 * programs.length);
  table.writeUInt32BE(0xcafebabe, 0);
  table.writeUInt32BE(count, 4);
  let offset = alignUp(table.length, 4096);
  const pieces: Buffer[] = [Buffer.concat([table, Buffer.alloc(offset - table.length)])];
  for (const [index, program] of programs.entries()) {
    table.writeUInt32BE(offset, 8 + 20 * index + 8);
    table.writeUInt32BE(program.length, 8 + 20 * index + 12);
    const padded = alignUp(program.length, 4096);
    pieces.push(program, Buffer.alloc(padded - program.length));
    offset += padded;
  }
  table.copy(pieces[0] ?? table, 0);
  return Buffer.concat(pieces);
}

/** The module information of a program, with the sentinels around it. */
export function modulesText(lines: readonly string[]): Buffer {
  return Buffer.concat([SENTINELS[0], Buffer.from(`${lines.join('\n')}\n`, 'latin1'), SENTINELS[1]]);
}

function buildInfo(program: GoProgram): Buffer {
  const { main = 'k8s.io/kubernetes/cmd/kubectl', settings = { GOARCH: 'amd64', GOOS: 'linux' } } = program;
  const module = 'module' in program ? program.module : { path: 'k8s.io/kubernetes', version: '(devel)' };
  const lines = [
    `path\t${main}`,
    ...(module === undefined ? [] : [`mod\t${module.path}\t${module.version}\t`]),
    'dep\tk8s.io/api\tv0.30.2\th1:c29tZXRoaW5n',
    ...Object.entries(settings).map(([key, value]) => `build\t${key}=${quoted(value)}`),
  ];
  const modules = Buffer.from(program.modules ?? modulesText(lines));
  const header = Buffer.alloc(32);
  header.write('\xff Go buildinf:', 'latin1');
  header[14] = 8;
  header[15] = program.flags ?? 2;
  const goVersion = Buffer.from('go1.22.4');
  const strings = [
    varint(BigInt(goVersion.length)),
    goVersion,
    varint(program.modulesLength ?? BigInt(modules.length)),
    modules,
  ];
  return Buffer.concat([header, ...strings]);
}

function quoted(value: string): string {
  return /[\s"'`\\]/.test(value) ? JSON.stringify(value) : value;
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return Buffer.from([...bytes, Number(rest)]);
}

function readOnlyData({ strings = ['v1.30.2'], padding = 64 }: GoProgram): Buffer {
  const text = strings.map((one) => `${one}\0`).join('');
  // Versions of dependencies stand in every program, between other text.
  return Buffer.from(`k8s.io/api@v0.30.2/doc.go${'x'.repeat(padding)} v1.2.3 \0${text}the end`, 'latin1');
}

type Section = { readonly name: 'build-info' | 'read-only-data'; readonly bytes: Buffer };

/** The sections one after the other, each at a multiple of 16 from `start`. */
function layOut(
  sections: readonly Section[],
  start: number,
): { readonly offsets: number[]; readonly body: Buffer } {
  const offsets: number[] = [];
  const pieces: Buffer[] = [];
  let at = start;
  for (const { bytes } of sections) {
    offsets.push(at);
    const padded = alignUp(bytes.length, 16);
    pieces.push(bytes, Buffer.alloc(padded - bytes.length));
    at += padded;
  }
  return { offsets, body: Buffer.concat(pieces) };
}

function alignUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}

function elf(sections: readonly Section[], bits: 32 | 64, bigEndian: boolean): Buffer {
  const wide = bits === 64;
  const [headerBytes, entryBytes] = wide ? [64, 64] : [52, 40];
  const names = Buffer.from('\0.go.buildinfo\0.rodata\0.shstrtab\0', 'latin1');
  const { offsets, body } = layOut(sections, 64);
  const namesAt = 64 + body.length;
  const tableAt = alignUp(namesAt + names.length, 16);
  const file = Buffer.alloc(tableAt + 4 * entryBytes);
  const u16 = (value: number, at: number): unknown =>
    bigEndian ? file.writeUInt16BE(value, at) : file.writeUInt16LE(value, at);
  const u32 = (value: number, at: number): unknown =>
    bigEndian ? file.writeUInt32BE(value, at) : file.writeUInt32LE(value, at);
  const word = (value: number, at: number): unknown => {
    if (!wide) return u32(value, at);
    return bigEndian ? file.writeBigUInt64BE(BigInt(value), at) : file.writeBigUInt64LE(BigInt(value), at);
  };
  file.set([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, bigEndian ? 2 : 1, 1], 0);
  word(tableAt, wide ? 40 : 32);
  const entrySizeAt = wide ? 58 : 46;
  u16(entryBytes, entrySizeAt);
  u16(4, entrySizeAt + 2);
  u16(3, entrySizeAt + 4);
  body.copy(file, 64);
  names.copy(file, namesAt);
  const entry = (
    index: number,
    name: number,
    type: number,
    flags: number,
    offset: number,
    size: number,
  ): void => {
    const at = tableAt + index * entryBytes;
    u32(name, at);
    u32(type, at + 4);
    word(flags, at + 8);
    word(offset, at + (wide ? 24 : 16));
    word(size, at + (wide ? 32 : 20));
  };
  for (const [index, { name, bytes }] of sections.entries()) {
    const [nameAt, flags] = name === 'build-info' ? [1, 3] : [15, 2];
    entry(index + 1, nameAt, 1, flags, offsets[index] ?? 0, bytes.length);
  }
  entry(3, 23, 3, 0, namesAt, names.length);
  return file.subarray(0, Math.max(file.length, headerBytes));
}

function machO(sections: readonly Section[], bits: 32 | 64, bigEndian: boolean): Buffer {
  const wide = bits === 64;
  const [headerBytes, segmentBytes, sectionBytes] = wide ? [32, 72, 80] : [28, 56, 68];
  const commandBytes = segmentBytes + sections.length * sectionBytes;
  const start = alignUp(headerBytes + commandBytes, 16);
  const { offsets, body } = layOut(sections, start);
  const file = Buffer.concat([Buffer.alloc(start), body]);
  const u32 = (value: number, at: number): unknown =>
    bigEndian ? file.writeUInt32BE(value, at) : file.writeUInt32LE(value, at);
  const word = (value: number, at: number): unknown => {
    if (!wide) return u32(value, at);
    return bigEndian ? file.writeBigUInt64BE(BigInt(value), at) : file.writeBigUInt64LE(BigInt(value), at);
  };
  u32(wide ? 0xfeedfacf : 0xfeedface, 0);
  u32(1, 16);
  u32(commandBytes, 20);
  u32(wide ? 0x19 : 1, headerBytes);
  u32(commandBytes, headerBytes + 4);
  file.write('__DATA', headerBytes + 8, 'latin1');
  u32(sections.length, headerBytes + (wide ? 64 : 48));
  for (const [index, { name, bytes }] of sections.entries()) {
    const at = headerBytes + segmentBytes + index * sectionBytes;
    file.write(name === 'build-info' ? '__go_buildinfo' : '__rodata', at, 'latin1');
    word(bytes.length, at + (wide ? 40 : 36));
    u32(offsets[index] ?? 0, at + (wide ? 48 : 40));
  }
  return file;
}

function pe(sections: readonly Section[]): Buffer {
  const headerAt = 0x80;
  const optionalBytes = 0xf0;
  const tableAt = headerAt + 24 + optionalBytes;
  const start = alignUp(tableAt + sections.length * 40, 512);
  const { offsets, body } = layOut(sections, start);
  const file = Buffer.concat([Buffer.alloc(start), body]);
  file.write('MZ', 'latin1');
  file.writeUInt32LE(headerAt, 0x3c);
  file.write('PE\0\0', headerAt, 'latin1');
  file.writeUInt16LE(0x8664, headerAt + 4);
  file.writeUInt16LE(sections.length, headerAt + 6);
  file.writeUInt16LE(optionalBytes, headerAt + 20);
  for (const [index, { name, bytes }] of sections.entries()) {
    const at = tableAt + index * 40;
    file.write(name === 'build-info' ? '.data' : '.rdata', at, 'latin1');
    file.writeUInt32LE(bytes.length, at + 16);
    file.writeUInt32LE(offsets[index] ?? 0, at + 20);
    file.writeUInt32LE(name === 'build-info' ? 0xc0000040 : 0x40000040, at + 36);
  }
  return file;
}
