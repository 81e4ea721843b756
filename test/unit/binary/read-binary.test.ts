import { open, writeFile } from 'node:fs/promises';
import { array, assert, asyncProperty, boolean, constantFrom, nat, record, tuple } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesOf, PIECE_BYTES, piecesOf } from '../../../src/binary/byte-source.ts';
import { type ProgramFacts, readBinary } from '../../../src/binary/read-binary.ts';
import { goProgram, type GoProgram, modulesText, universal } from '#support/go-program';
import { createTempDir, type TempDir } from '#support/temp-dir';

let directory: TempDir;

beforeAll(async () => {
  directory = await createTempDir();
});

afterAll(() => directory.remove());

/** Through a real file, as a run reads it. */
async function read(bytes: Uint8Array, name = 'program'): Promise<readonly ProgramFacts[]> {
  const path = directory.join(name);
  await writeFile(path, bytes);
  const handle = await open(path);
  try {
    const readAt = async (buffer: Uint8Array, position: number): Promise<number> =>
      (await handle.read(buffer, 0, buffer.length, position)).bytesRead;
    return await readBinary(bytesOf({ bytes: (await handle.stat()).size, readAt }));
  } finally {
    await handle.close();
  }
}

const FORMATS: readonly (GoProgram & { readonly name: string })[] = [
  { name: 'ELF, 64 bit', format: 'elf64' },
  { name: 'ELF, 64 bit, big-endian', format: 'elf64', bigEndian: true },
  { name: 'ELF, 32 bit', format: 'elf32' },
  { name: 'ELF, 32 bit, big-endian', format: 'elf32', bigEndian: true },
  { name: 'Mach-O, 64 bit', format: 'mach-o' },
  { name: 'Mach-O, 64 bit, big-endian', format: 'mach-o', bigEndian: true },
  { name: 'Mach-O, 32 bit', format: 'mach-o-32' },
  { name: 'PE', format: 'pe' },
];

describe('what a program says of itself', () => {
  it.each(FORMATS)('is read from $name', async (program) => {
    const [facts, ...others] = await read(goProgram(program));
    expect(others).toEqual([]);
    expect(facts?.buildInfo.mainPackage).toBe('k8s.io/kubernetes/cmd/kubectl');
    expect(facts?.buildInfo.mainModule).toEqual({ path: 'k8s.io/kubernetes', version: '(devel)' });
    expect(Object.fromEntries(facts?.buildInfo.settings ?? [])).toEqual({ GOARCH: 'amd64', GOOS: 'linux' });
    expect(facts?.versionStrings).toEqual(['v1.30.2']);
  });

  it('is read from each program of a universal file', async () => {
    const slices = ['amd64', 'arm64'].map((GOARCH) =>
      goProgram({ format: 'mach-o', settings: { GOOS: 'darwin', GOARCH } }),
    );
    const facts = await read(universal(slices));
    expect(facts.map(({ buildInfo }) => buildInfo.settings.get('GOARCH'))).toEqual(['amd64', 'arm64']);
  });

  it('has the value of a quoted setting', async () => {
    const ldflags = `all=-X 'k8s.io/component-base/version.gitVersion=v1.26.4' -s "-w"`;
    const [facts] = await read(goProgram({ settings: { '-ldflags': ldflags } }));
    expect(facts?.buildInfo.settings.get('-ldflags')).toBe(ldflags);
  });

  it('has every version between two zero bytes once, and no other', async () => {
    const strings = ['v1.30.2', 'v1.30.2', 'v1.31.1-gke.200', 'v1.29.0+k3s1', 'v2.0.0', 'v1.3', 'xv1.28.0'];
    const [facts] = await read(goProgram({ strings }));
    expect(facts?.versionStrings).toEqual(['v1.30.2', 'v1.31.1-gke.200', 'v1.29.0+k3s1']);
  });

  it('has a version that lies across two pieces of what is read', async () => {
    for (let shift = 0; shift < 16; shift += 1) {
      const padding = PIECE_BYTES - 48 + shift;
      const [facts] = await read(goProgram({ padding }));
      expect(facts?.versionStrings).toEqual(['v1.30.2']);
    }
  });
});

const text = (lines: readonly string[]): GoProgram => ({ modules: modulesText(lines) });

describe('the pieces of a range', () => {
  const numbers = Buffer.from(Array.from({ length: 3 * PIECE_BYTES + 1000 }, (_, index) => index % 251));
  const source = bytesOf({
    bytes: numbers.length,
    readAt: (buffer, position) => Promise.resolve(numbers.copy(buffer, 0, position)),
  });

  it.each([0, 97])('are the bytes of the range, in order, with %i of them twice', async (overlap) => {
    const range = { offset: 5, length: 2 * PIECE_BYTES + 500 };
    let end = range.offset;
    for await (const { at, bytes } of piecesOf(source, range, overlap)) {
      expect(at).toBe(end - (end === range.offset ? 0 : overlap));
      expect(bytes.equals(numbers.subarray(at, at + bytes.length))).toBe(true);
      end = at + bytes.length;
    }
    expect(end).toBe(range.offset + range.length);
  });

  it('may be left in the middle, and what is read meanwhile may fail then', async () => {
    const failing = {
      ...source,
      read: async (range: { readonly offset: number; readonly length: number }) => {
        if (range.offset > 0) throw new Error('the disk is gone');
        return source.read(range);
      },
    };
    for await (const { at } of piecesOf(failing, { offset: 0, length: numbers.length }, 0)) {
      expect(at).toBe(0);
      break;
    }
    const whole = async (): Promise<void> => {
      for await (const { at } of piecesOf(failing, { offset: 0, length: numbers.length }, 0))
        expect(at).toBe(0);
    };
    await expect(whole()).rejects.toThrow('the disk is gone');
  });
});

describe('a file that is cut, hostile or something else', () => {
  const cases: readonly (readonly [string, Uint8Array])[] = [
    ['an empty file', Buffer.alloc(0)],
    ['three bytes', Buffer.from([0x7f, 0x45, 0x4c])],
    ['a text file', Buffer.from('#!/bin/sh\nexec kubectl "$@"\n')],
    ['a length of 2^63', goProgram({ modulesLength: 2n ** 63n })],
    ['a length of 2^64 - 1', goProgram({ modulesLength: 2n ** 64n - 1n })],
    ['a length past the end', goProgram({ modulesLength: 1_000_000n })],
    [
      'module information without its frame',
      goProgram({ modules: Buffer.from('path\tk8s.io/kubernetes/cmd/kubectl\n') }),
    ],
    [
      'two main packages',
      goProgram(text(['path\tk8s.io/kubernetes/cmd/kubectl', 'path\tk8s.io/kubernetes/cmd/kubeadm'])),
    ],
    ['build information by pointers, as before Go 1.18', goProgram({ flags: 0 })],
    ['a universal file of 2^32 - 1 programs', universal([goProgram({ format: 'mach-o' })], 2 ** 32 - 1)],
    ['a universal file of no program', universal([], 0)],
    ['a universal file of ELF programs', universal([goProgram()])],
    [
      'a universal file with one program that says nothing',
      universal([goProgram({ format: 'mach-o' }), Buffer.alloc(64)]),
    ],
    ['a Java class file', Buffer.from('cafebabe00000034', 'hex')],
    ['a PE file with its header past the end', peWithHeaderAt(0xffff_fff0)],
    ['an ELF file whose read-only data is all of it, other sections too', withAllAsReadOnlyData()],
    ['a universal file with one program sixteen times', withOneProgram(16)],
  ];

  it.each(cases)('says nothing: %s', async (_, bytes) => {
    expect(await read(bytes)).toEqual([]);
  });

  it.each(FORMATS)('says nothing or the same, wherever it is cut: $name', async (program) => {
    const whole = goProgram(program);
    const [facts] = await read(whole);
    const lengths = Array.from({ length: Math.ceil(whole.length / 7) }, (_, index) => index * 7);
    const cut = await Promise.all(lengths.map((length) => read(whole.subarray(0, length), `cut-${length}`)));
    const told = new Set(cut.flat().map(({ buildInfo }) => JSON.stringify([...buildInfo.settings])));
    told.add(JSON.stringify([...(facts?.buildInfo.settings ?? [])]));
    expect(told.size).toBe(1);
  });

  it('leaves out a setting that stands twice with two values', async () => {
    const lines = [
      'path\tk8s.io/kubernetes/cmd/kubectl',
      'build\tGOOS=linux',
      'build\tGOOS=windows',
      'build\tGOARCH=amd64',
    ];
    const [facts] = await read(goProgram(text(lines)));
    expect(Object.fromEntries(facts?.buildInfo.settings ?? [])).toEqual({ GOARCH: 'amd64' });
  });

  it('never fails, whatever bytes are changed', async () => {
    const programs = FORMATS.map((program) => goProgram(program));
    const change = record({
      program: nat(programs.length - 1),
      edits: array(tuple(nat(400), nat(255)), { maxLength: 8 }),
    });
    await assert(
      asyncProperty(change, async ({ program, edits }) => {
        const bytes = Buffer.from(programs[program] ?? Buffer.alloc(0));
        for (const [at, value] of edits) bytes[at % bytes.length] = value;
        const facts = await read(bytes);
        expect(facts.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 500 },
    );
  });

  it('is read no more than a few times over, whatever its headers say', async () => {
    const darwin = { format: 'mach-o', padding: 40_000 } as const;
    const programs = [
      ...FORMATS.map((program) => goProgram({ ...program, padding: 40_000 })),
      universal([goProgram(darwin), goProgram(darwin)]),
    ];
    // Sizes and offsets of headers, all over the ranges that they can have.
    const values = constantFrom(0, 1, 2, 0x28, 0x40, 0xff, 0x7f, 0x80);
    const change = record({
      program: nat(programs.length - 1),
      edits: array(tuple(nat(700), values), { maxLength: 24 }),
      fromEnd: boolean(),
    });
    await assert(
      asyncProperty(change, async ({ program, edits, fromEnd }) => {
        const bytes = Buffer.from(programs[program] ?? Buffer.alloc(0));
        for (const [at, value] of edits) bytes[fromEnd ? bytes.length - 1 - at : at] = value;
        let taken = 0;
        const source = bytesOf({
          bytes: bytes.length,
          readAt: (buffer, position) => {
            const piece = bytes.subarray(position, position + buffer.length);
            buffer.set(piece);
            taken += piece.length;
            return Promise.resolve(piece.length);
          },
        });
        await readBinary(source);
        expect(taken).toBeLessThanOrEqual(4 * bytes.length + 4096);
      }),
      { numRuns: 1000 },
    );
  });
});

function peWithHeaderAt(offset: number): Buffer {
  const bytes = goProgram({ format: 'pe' });
  bytes.writeUInt32LE(offset, 0x3c);
  return bytes;
}

/** The second section of the table, which has the strings, begins at the start of the file and ends at its end. */
function withAllAsReadOnlyData(): Buffer {
  const bytes = goProgram();
  const entry = Number(bytes.readBigUInt64LE(40)) + 2 * 64;
  bytes.writeBigUInt64LE(0n, entry + 24);
  bytes.writeBigUInt64LE(BigInt(bytes.length), entry + 32);
  return bytes;
}

function withOneProgram(times: number): Buffer {
  const program = goProgram({ format: 'mach-o', padding: 4096 });
  const bytes = universal([program, ...Array.from({ length: times - 1 }, () => Buffer.alloc(0))]);
  const offset = bytes.readUInt32BE(8 + 8);
  for (let index = 0; index < times; index += 1) {
    bytes.writeUInt32BE(offset, 8 + 20 * index + 8);
    bytes.writeUInt32BE(program.length, 8 + 20 * index + 12);
  }
  return bytes;
}
