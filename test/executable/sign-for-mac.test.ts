import { describe, expect, it } from 'vitest';
import { signForMac } from '../../scripts/executable/sign-for-mac.ts';
import { readCodeSignature } from './code-signature.ts';

const TEXT_BYTES = 0x4000;

interface MachOOptions {
  readonly linkedBytes?: number;
  /** Where the only section begins. */
  readonly section?: number;
  readonly fileType?: number;
  readonly signed?: boolean;
}

/** A Mach-O executable of 64 bits with a code segment of one section, and the linker's own data behind it. */
function machO({
  linkedBytes = 1001,
  section = 0x400,
  fileType = 2,
  signed = false,
}: MachOOptions = {}): Buffer {
  const text = segment('__TEXT', 0, TEXT_BYTES, section);
  const linked = segment('__LINKEDIT', TEXT_BYTES, linkedBytes);
  const signature = Buffer.from(Uint32Array.of(0x1d, 16, TEXT_BYTES, 16).buffer);
  const commands = [text, linked, ...(signed ? [signature] : [])];
  const size = commands.reduce((sum, { length }) => sum + length, 0);
  const header = Uint32Array.of(0xfeedfacf, 0x0100000c, 0, fileType, commands.length, size, 0, 0);
  const file = Buffer.alloc(TEXT_BYTES + linkedBytes, 0x2a);
  file.fill(0, 0, section);
  file.set(Buffer.concat([Buffer.from(header.buffer), ...commands]));
  return file;
}

function segment(name: string, offset: number, bytes: number, section?: number): Buffer {
  const command = Buffer.alloc(72 + (section === undefined ? 0 : 80));
  command.writeUInt32LE(0x19, 0);
  command.writeUInt32LE(command.length, 4);
  command.write(name, 8, 'latin1');
  command.writeBigUInt64LE(BigInt(0x1_0000_0000 + offset), 24);
  command.writeBigUInt64LE(0x4000n, 32);
  command.writeBigUInt64LE(BigInt(offset), 40);
  command.writeBigUInt64LE(BigInt(bytes), 48);
  if (section !== undefined) {
    command.writeUInt32LE(1, 64);
    command.writeUInt32LE(section, 72 + 48);
  }
  return command;
}

/** Commands as they stand in a file that {@link machO} made: two segments, and then the signature. */
const LINKED_AT = 32 + 72 + 80;
const SIGNATURE_AT = LINKED_AT + 72;

describe('an ad-hoc signature for macOS', () => {
  it.each([[0], [1], [1001], [4096], [20_000]])(
    'is over every page (%i bytes of the linker)',
    (linkedBytes) => {
      const file = machO({ linkedBytes });
      const signed = signForMac(file, 'k8s-verify');
      const [kind, size, start = 0, length = 0] = [0, 4, 8, 12].map((at) =>
        signed.readUInt32LE(SIGNATURE_AT + at),
      );
      expect({ kind, size }).toEqual({ kind: 0x1d, size: 16 });
      expect(start % 16).toBe(0);
      expect(start + length).toBe(signed.length);
      expect(readCodeSignature(signed, signed.subarray(start))).toEqual({
        adHoc: true,
        identifier: 'k8s-verify',
        covers: start,
        changedPages: [],
      });
    },
  );

  it('changes nothing but the commands that tell where it is', () => {
    const file = machO();
    const signed = signForMac(file, 'k8s-verify');
    expect(signed.subarray(SIGNATURE_AT + 16, file.length)).toEqual(file.subarray(SIGNATURE_AT + 16));
    expect([16, 20].map((at) => signed.readUInt32LE(at) - file.readUInt32LE(at))).toEqual([1, 16]);
    const bytes = signed.readBigUInt64LE(LINKED_AT + 48);
    expect(bytes).toBe(BigInt(signed.length - TEXT_BYTES));
    expect(signed.readBigUInt64LE(LINKED_AT + 32)).toBe(0x4000n);
  });

  it('is broken by any changed byte', () => {
    const signed = signForMac(machO(), 'k8s-verify');
    const signature = signed.subarray(signed.readUInt32LE(SIGNATURE_AT + 8));
    for (const [at, page] of [
      [5, 0],
      [0x1fff, 1],
      [TEXT_BYTES + 7, 4],
    ] as const) {
      const changed = Buffer.from(signed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(readCodeSignature(changed, signature).changedPages).toEqual([page]);
    }
  });

  it.each<[string, Buffer, RegExp]>([
    ['another kind of file', Buffer.from('\x7fELF'.padEnd(100)), /no Mach-O executable/],
    ['a library', machO({ fileType: 6 }), /no Mach-O executable/],
    ['one that is signed', machO({ signed: true }), /a signature already/],
    ['one without room', machO({ section: SIGNATURE_AT + 15 }), /no room/],
  ])('is not given to %s', (_, file, message) => {
    expect(() => signForMac(file, 'k8s-verify')).toThrow(message);
  });
});
