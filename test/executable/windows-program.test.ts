import { NtExecutable } from 'resedit';
import { describe, expect, it } from 'vitest';
import { lightFuse } from '../../scripts/executable/fuse.ts';
import { windowsProgram } from '../../scripts/executable/windows-program.ts';
import { readExecutable } from './container.ts';

const SENTINEL = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

describe("the mark in Node's binary", () => {
  it('is changed by one character, and nothing else is', () => {
    const node = Buffer.from(`before ${SENTINEL}:0 after`);
    lightFuse(node);
    expect(node.toString()).toBe(`before ${SENTINEL}:1 after`);
  });

  it.each([
    ['has no mark', 'some other program'],
    ['has two', `${SENTINEL}:0 ${SENTINEL}:0`],
    ['has a program already', `${SENTINEL}:1`],
  ])('a binary that %s is refused', (_, text) => {
    expect(() => lightFuse(Buffer.from(text))).toThrow(/no Node without a program/);
  });
});

/** A program for the console without sections, which says that it has certificates where its mark is. */
function windowsNode(): Buffer {
  const file = Buffer.from(NtExecutable.createEmpty(false, false).generate());
  const optional = file.readUInt32LE(0x3c) + 24;
  file.writeUInt16LE(3, optional + 68);
  file.writeUInt32LE(1, optional + 64);
  const whole = Buffer.concat([file, Buffer.from(`${SENTINEL}:0`.padEnd(64)), Buffer.alloc(16, 0xce)]);
  file.copy(whole);
  whole.writeUInt32LE(file.length + 64, optional + 144);
  whole.writeUInt32LE(16, optional + 148);
  return whole;
}

describe('a program in Node for Windows', () => {
  const texts = { version: '1.20.3', description: 'Says so', fileName: 'k.exe', nodeVersion: '24.0.0' };

  it('has no certificates, a checksum that fits, and our version', () => {
    const file = windowsProgram(windowsNode(), Buffer.from('the program'), texts);
    const { blob, windows } = readExecutable(file);
    expect(blob.toString()).toBe('the program');
    expect(windows).toMatchObject({
      certificates: 0,
      checksumFits: true,
      texts: { FileVersion: '1.20.3', ProductName: 'k8s-verify', OriginalFilename: 'k.exe' },
    });
    expect(file.includes(Buffer.alloc(16, 0xce))).toBe(false);
    expect(file.includes(`${SENTINEL}:1`)).toBe(true);
  });

  it('is not put into another file', () => {
    expect(() =>
      windowsProgram(Buffer.from(`MZ ${SENTINEL}:0`.padEnd(512, '\0')), Buffer.from('p'), texts),
    ).toThrow('Invalid binary format');
  });
});
