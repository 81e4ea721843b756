/** Small readers that all three formats share; anything that is not so throws. */

export type Arch = 'x64' | 'arm64';

/** The name of the embedded program, in every format. */
export const NAME = 'NODE_SEA_BLOB';

export function archOf(machine: number, known: Readonly<Record<number, Arch>>): Arch {
  const arch = known[machine];
  if (arch === undefined) throw new Error(`machine ${machine.toString(16)} is none of ours`);
  return arch;
}

export function once<Value>(found: readonly Value[], what: string): Value {
  const [only, ...more] = found;
  if (only === undefined || more.length > 0) throw new Error(`${found.length} ${what}`);
  return only;
}

export function slice(file: Buffer, offset: number, size: number): Buffer {
  if (offset < 0 || offset + size > file.length) throw new Error(`${offset}+${size} is beyond the file`);
  return file.subarray(offset, offset + size);
}

export function text(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/\0+$/, '');
}
