import { describe, expect, it } from 'vitest';
import { releaseMemory } from '../../../src/strict/memory.ts';

describe('giving memory back', () => {
  it('empties bytes that are the whole of their buffer', () => {
    const bytes = new Uint8Array(new ArrayBuffer(64));
    releaseMemory(bytes);
    expect(bytes.byteLength).toBe(0);
  });

  it('leaves a buffer alone that others may look at', () => {
    const buffer = new ArrayBuffer(64);
    releaseMemory(new Uint8Array(buffer, 0, 32));
    releaseMemory(new Uint8Array(buffer, 32));
    expect(buffer.detached).toBe(false);
  });

  it('leaves an empty buffer usable, because the HTTP parser has one that it uses again', () => {
    const empty = Buffer.alloc(0);
    releaseMemory(new Uint8Array(empty.buffer, empty.byteOffset, 0));
    expect(() => new Uint8Array(8).set(empty)).not.toThrow();
  });
});
