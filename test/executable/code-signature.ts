/** A code signature as macOS reads it: which pages it is over, and whether they are as it says (`cs_blobs.h` of xnu). */
import { createHash } from 'node:crypto';

export interface CodeSignature {
  /** CS_ADHOC: there is no signer. */
  readonly adHoc: boolean;
  readonly identifier: string;
  /** The bytes of the file that it is over, from the beginning on. */
  readonly covers: number;
  /** Pages whose hash is another one. */
  readonly changedPages: readonly number[];
}

const CODE_DIRECTORY = 0;

export function readCodeSignature(file: Buffer, signature: Buffer): CodeSignature {
  const directory = codeDirectory(signature);
  const [hashOffset, identifierOffset] = [directory.readUInt32BE(16), directory.readUInt32BE(20)];
  const [slots, covers] = [directory.readUInt32BE(28), directory.readUInt32BE(32)];
  const [hashBytes, hashKind, , pageBits] = directory.subarray(36, 40);
  if (hashBytes !== 32 || hashKind !== 2 || pageBits === undefined) throw new Error('not SHA-256');
  const pageBytes = 2 ** pageBits;
  if (slots !== Math.ceil(covers / pageBytes)) throw new Error('not every page has a hash');
  const changedPages = Array.from({ length: slots }, (_, page) => page).filter((page) => {
    const bytes = file.subarray(page * pageBytes, Math.min((page + 1) * pageBytes, covers));
    const expected = directory.subarray(hashOffset + page * 32, hashOffset + (page + 1) * 32);
    return !createHash('sha256').update(bytes).digest().equals(expected);
  });
  const identifier = directory.subarray(identifierOffset, directory.indexOf(0, identifierOffset)).toString();
  return { adHoc: (directory.readUInt32BE(12) & 2) === 2, identifier, covers, changedPages };
}

function codeDirectory(signature: Buffer): Buffer {
  if (signature.readUInt32BE(0) !== 0xfade0cc0) throw new Error('no code signature');
  if (signature.readUInt32BE(4) > signature.length) throw new Error('the signature is cut short');
  const blobs = Array.from({ length: signature.readUInt32BE(8) }, (_, i) => ({
    kind: signature.readUInt32BE(12 + i * 8),
    offset: signature.readUInt32BE(16 + i * 8),
  }));
  const found = blobs.find(({ kind }) => kind === CODE_DIRECTORY);
  if (found === undefined) throw new Error('no code directory');
  const directory = signature.subarray(found.offset);
  const [magic, length, version] = [0, 4, 8].map((at) => directory.readUInt32BE(at));
  if (magic !== 0xfade0c02 || length === undefined || length > directory.length)
    throw new Error('no directory');
  if (version === undefined || version < 0x20400) throw new Error('an old code directory');
  return directory.subarray(0, length);
}
