/** Writes tar archives byte by byte, the way no decent program does. */
import { gzipSync } from 'node:zlib';

export const BLOCK = 512;

export interface RawEntry {
  readonly name?: string | Uint8Array;
  readonly prefix?: string;
  readonly type?: string;
  readonly mode?: number | string;
  /** What the header says; default: the length of `content`. */
  readonly size?: number | string | Uint8Array;
  readonly content?: string | Uint8Array;
  readonly linkName?: string;
  readonly mtime?: number;
  readonly magic?: string;
  readonly checksum?: string;
}

/** One header block and its padded content. */
export function entry(raw: RawEntry): Buffer {
  const content = Buffer.from(raw.content ?? '');
  const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
  return Buffer.concat([header(raw, content.length), content, padding]);
}

function header(raw: RawEntry, length: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const put = (value: string | Uint8Array, at: number, most: number): void => {
    Buffer.from(value).copy(block, at, 0, most);
  };
  put(raw.name ?? 'file', 0, 100);
  put(octal(raw.mode ?? 0o644, 7), 100, 8);
  put(octal(0, 7), 108, 8);
  put(octal(0, 7), 116, 8);
  const size = raw.size ?? length;
  put(typeof size === 'number' ? octal(size, 11) : size, 124, 12);
  put(octal(raw.mtime ?? 1_670_544_000, 11), 136, 12);
  put(raw.type ?? '0', 156, 1);
  put(raw.linkName ?? '', 157, 100);
  put(raw.magic ?? 'ustar\u000000', 257, 8);
  put(raw.prefix ?? '', 345, 155);
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(raw.checksum ?? `${octal(sum, 6).slice(0, 6)}\0 `, 148, 8);
  return block;
}

function octal(value: number | string, digits: number): string {
  return typeof value === 'string' ? value : `${value.toString(8).padStart(digits, '0')}\0`;
}

export function file(
  name: string,
  content: string | Uint8Array = `content of ${name}`,
  mode = 0o644,
): Buffer {
  return entry({ name, content, mode });
}

export function directory(name: string, mode = 0o755): Buffer {
  return entry({ name, type: '5', mode });
}

/** One PAX record, its own length included. */
export function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  const length = bytes + String(bytes + String(bytes).length).length;
  return `${length}${rest}`;
}

export function pax(records: Readonly<Record<string, string>>, type = 'x'): Buffer {
  const content = Object.entries(records)
    .map(([key, value]) => paxRecord(key, value))
    .join('');
  return entry({ name: 'PaxHeaders/x', type, content });
}

/** GNU: the next member's name (`L`) or link target (`K`). */
export function gnuLong(text: string, type = 'L'): Buffer {
  return entry({ name: '././@LongLink', type, content: `${text}\0`, magic: 'ustar  \0' });
}

export const END: Buffer = Buffer.alloc(2 * BLOCK);

export function tar(...entries: readonly Uint8Array[]): Buffer {
  return Buffer.concat([...entries, END]);
}

export function tarGz(...entries: readonly Uint8Array[]): Buffer {
  return gzipSync(tar(...entries), { level: 1 });
}
