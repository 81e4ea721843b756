import { MAX_BUILD_INFO_BYTES, MAX_BUILD_INFO_SEARCH_BYTES } from '../limits.ts';
import { type ByteRange, type ByteSource, piecesOf } from './byte-source.ts';

/** What Go's linker wrote about a program (`go version -m` prints it). */
export interface BuildInfo {
  /** The path of the main package: `k8s.io/kubernetes/cmd/kubectl`. */
  readonly mainPackage: string | undefined;
  /** The main module and its version, which may be `(devel)`. */
  readonly mainModule: { readonly path: string; readonly version: string } | undefined;
  /** `GOOS`, `GOARCH`, `-ldflags`, ... A key that stands twice with two values is left out. */
  readonly settings: ReadonlyMap<string, string>;
}

/** `\xff Go buildinf:`. Source: debug/buildinfo of Go. The blob is aligned, and so are the places where it is looked for. */
const MAGIC = Buffer.from('ff20476f206275696c64696e663a', 'hex');
const ALIGNMENT = 16;
const HEADER_BYTES = 32;
const FLAGS_AT = 15;
/** Strings stand behind the header, each after its length; since Go 1.18. */
const INLINE_STRINGS = 2;
/** What the linker puts around the module information, so that it can be found in a running program. */
const SENTINEL_BYTES = 16;
const VARINT_BYTES = 10;

/** Go's build information from the first of these ranges that has it; undefined if it cannot be read. */
export async function readBuildInfo(
  source: ByteSource,
  ranges: readonly ByteRange[],
): Promise<BuildInfo | undefined> {
  for (const range of ranges) {
    const at = await findMagic(source, range);
    if (at !== undefined) return readAt(source, at);
  }
  return undefined;
}

async function findMagic(source: ByteSource, range: ByteRange): Promise<number | undefined> {
  const searched = { ...range, length: Math.min(range.length, MAX_BUILD_INFO_SEARCH_BYTES) };
  // A piece has a multiple of the alignment, so that no blob begins in one and ends its magic in the next.
  for await (const { at: start, bytes } of piecesOf(source, searched, 0)) {
    for (let at = bytes.indexOf(MAGIC); at !== -1; at = bytes.indexOf(MAGIC, at + 1)) {
      if (at % ALIGNMENT === 0) return start + at;
    }
  }
  return undefined;
}

async function readAt(source: ByteSource, at: number): Promise<BuildInfo | undefined> {
  const header = await source.read({ offset: at, length: HEADER_BYTES });
  // Go before 1.18 wrote pointers; such a program says nothing here.
  if (header === undefined || ((header[FLAGS_AT] ?? 0) & INLINE_STRINGS) === 0) return undefined;
  const goVersion = await readString(source, at + HEADER_BYTES);
  if (goVersion === undefined) return undefined;
  const modules = await readString(source, goVersion.end);
  if (modules === undefined) return undefined;
  return parseModules(modules.bytes);
}

async function readString(
  source: ByteSource,
  at: number,
): Promise<{ readonly bytes: Uint8Array; readonly end: number } | undefined> {
  const room = Math.min(VARINT_BYTES, source.size - at);
  const prefix = room <= 0 ? undefined : await source.read({ offset: at, length: room });
  const length = prefix === undefined ? undefined : readVarint(prefix);
  if (length === undefined || length.value > MAX_BUILD_INFO_BYTES) return undefined;
  const range = { offset: at + length.bytes, length: length.value };
  const bytes = await source.read(range);
  return bytes === undefined ? undefined : { bytes, end: range.offset + range.length };
}

/** An unsigned varint of Go's encoding/binary; one above 2^53 is longer than every bound, and undefined. */
function readVarint(bytes: Uint8Array): { readonly value: number; readonly bytes: number } | undefined {
  let value = 0;
  for (const [index, byte] of bytes.entries()) {
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (value > Number.MAX_SAFE_INTEGER) return undefined;
    if (byte < 0x80) return { value, bytes: index + 1 };
  }
  return undefined;
}

/** `path`, `mod` and `build` lines between two sentinels; the others are of no use here. */
function parseModules(bytes: Uint8Array): BuildInfo | undefined {
  const framed = bytes.length >= 2 * SENTINEL_BYTES && bytes[bytes.length - SENTINEL_BYTES - 1] === 0x0a;
  if (!framed) return undefined;
  const text = Buffer.from(bytes).toString('latin1', SENTINEL_BYTES, bytes.length - SENTINEL_BYTES);
  let mainPackage: string | undefined;
  let mainModule: BuildInfo['mainModule'];
  const settings = new Map<string, string>();
  const contradicted = new Set<string>();
  for (const line of text.split('\n')) {
    const [kind, first, second] = line.split('\t', 3);
    if (kind === 'path' && first !== undefined) {
      // A program has one main package.
      if (mainPackage !== undefined && mainPackage !== first) return undefined;
      mainPackage = first;
    } else if (kind === 'mod' && first !== undefined && second !== undefined) {
      mainModule ??= { path: first, version: second };
    } else if (kind === 'build') {
      const setting = parseSetting(line.slice('build\t'.length));
      if (setting === undefined) continue;
      const known = settings.get(setting.key);
      if (known !== undefined && known !== setting.value) contradicted.add(setting.key);
      settings.set(setting.key, setting.value);
    }
  }
  for (const key of contradicted) settings.delete(key);
  return { mainPackage, mainModule, settings };
}

function parseSetting(text: string): { readonly key: string; readonly value: string } | undefined {
  const quoted = /^(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`|([^=]*))=(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`|(.*))$/s.exec(
    text,
  );
  if (quoted === null) return undefined;
  const [, keyEscaped, keyRaw, keyPlain, valueEscaped, valueRaw, valuePlain] = quoted;
  const key = unescape(keyEscaped) ?? keyRaw ?? keyPlain;
  const value = unescape(valueEscaped) ?? valueRaw ?? valuePlain;
  return key === undefined || value === undefined ? undefined : { key, value };
}

/** The escapes of Go's strconv.Quote that can stand in a build setting; any other leaves its character. */
function unescape(text: string | undefined): string | undefined {
  return text?.replace(/\\(.)/gs, (_, character: string) =>
    character === 'n' ? '\n' : character === 't' ? '\t' : character,
  );
}
