/**
 * The index of a mirror: which files runs of k8s-verify have put there. It decides what a check looks for and what a run may
 * remove, and no proof rests on it.
 */
import { K8sVerifyError, UnavailableError } from '../errors.ts';
import { MAX_MIRROR_INDEX_BYTES, MAX_MIRRORED_FILES } from '../limits.ts';
import { artifactAt } from '../release/artifact-at.ts';
import { formatPlatform } from '../release/platform.ts';
import { formatReleaseVersion, readReleaseVersion } from '../release/version.ts';
import { Fields, type FieldsForm } from '../strict/fields.ts';
import { encodeHex } from '../strict/hex.ts';
import { type JsonValue, parseJsonStrictly } from '../strict/json.ts';
import { excerpt } from '../text/excerpt.ts';
import { INDEX_NAME } from './layout.ts';
import { quoted } from '../text/quoted.ts';

/** A released file of which the mirror has the bytes, or the evidence alone. */
export interface MirroredFile {
  /** `release/v1.30.2/bin/linux/amd64/kubectl` */
  readonly path: string;
  readonly component: string;
  readonly version: string;
  /** `os/arch`; absent if one file serves all. */
  readonly platform?: string;
  /** Hex. */
  readonly sha256: string;
  /** In bytes; absent if only its evidence is there. */
  readonly bytes?: number;
  /** ISO 8601; absent if the evidence has no time. */
  readonly signedAt?: string;
  /** The ends of the names next to it: `.sig`. */
  readonly sideFiles: readonly string[];
}

export interface MirrorIndex {
  /** Sorted by path. */
  readonly files: readonly MirroredFile[];
  /** Paths of lists and markers that runs have made of the files, sorted. */
  readonly made: readonly string[];
}

export const EMPTY_INDEX: MirrorIndex = { files: [], made: [] };

const FILE_FIELDS = [
  'path',
  'component',
  'version',
  'platform',
  'sha256',
  'bytes',
  'signedAt',
  'sideFiles',
] as const;
/**
 * Names that lists and markers have. Nothing else is made, so that an index cannot say of a program that it is a list, which a
 * check does not prove and a run writes anew or removes.
 */
const LISTS: readonly RegExp[] = [
  /^release\/(?:stable|latest)(?:-\d{1,9}(?:\.\d{1,9})?)?\.txt$/,
  /^feed\/[a-z0-9][a-z0-9.-]{0,127}\.json$/,
];

/** Two equal indexes are equal bytes. */
export function formatIndex({ files, made }: MirrorIndex): string {
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const index = { schemaVersion: 1, files: sorted, made: made.toSorted() };
  return `${JSON.stringify(index, undefined, 1)}\n`;
}

/**
 * @param location for messages.
 * @throws UnavailableError `mirror-inconsistent` if it is half written or malformed.
 */
export function readIndex(bytes: Uint8Array, location: string): MirrorIndex {
  const form = formOf(location);
  const document = new Fields(
    readJson(bytes, location),
    'the index',
    ['schemaVersion', 'files', 'made'],
    form,
  );
  const version = document.count('schemaVersion');
  if (version !== 1) throw document.flawed('schemaVersion', '1', String(version));
  const files = document.objects('files', [...FILE_FIELDS], MAX_MIRRORED_FILES).map(readFile);
  const made = document.list('made', MAX_MIRRORED_FILES).map((value) => {
    if (typeof value === 'string' && isList(value)) return value;
    throw document.flawed('made', 'paths of lists and markers', 'something else');
  });
  return { files, made };
}

function isList(path: string): boolean {
  const version = /^release\/([^/]+)\/SHA256SUMS$/.exec(path)?.[1];
  if (version === undefined) return LISTS.some((form) => form.test(path));
  const read = readReleaseVersion(version);
  return read !== undefined && formatReleaseVersion(read) === version;
}

/** Lists are made of its facts, and paths of its path: each says the same of the file as the others. */
function readFile(fields: Fields): MirroredFile {
  const path = fields.text('path');
  const artifact = artifactAt(path);
  if (artifact === undefined) throw fields.flawed('path', 'the path of a file of a release', excerpt(path));
  assertSays(fields, 'component', artifact.component);
  assertSays(fields, 'version', formatReleaseVersion(artifact.version));
  assertSays(fields, 'platform', artifact.platform && formatPlatform(artifact.platform));
  if (fields.has('signedAt')) fields.timestamp('signedAt');
  const sideFiles = fields.list('sideFiles', 16).map((suffix) => {
    if (typeof suffix === 'string' && /^(?:\.[a-z0-9]{1,16}){1,2}$/.test(suffix)) return suffix;
    throw fields.flawed('sideFiles', 'ends of names such as .sig', 'something else');
  });
  return {
    path,
    component: fields.text('component'),
    version: fields.text('version'),
    ...(fields.has('platform') ? { platform: fields.text('platform') } : {}),
    sha256: encodeHex(fields.hex('sha256', 32)),
    ...(fields.has('bytes') ? { bytes: fields.count('bytes') } : {}),
    ...(fields.has('signedAt') ? { signedAt: fields.text('signedAt') } : {}),
    sideFiles,
  };
}

function assertSays(fields: Fields, name: string, wanted: string | undefined): void {
  const found = fields.has(name) ? fields.text(name) : undefined;
  if (found !== wanted)
    throw fields.flawed(name, wanted ?? 'none: the file is for all platforms', excerpt(found ?? 'nothing'));
}

function formOf(location: string): FieldsForm {
  return { flawed: (path, wanted, found) => damaged(location, `${path}: ${wanted}`, found) };
}

function readJson(bytes: Uint8Array, location: string): JsonValue {
  try {
    return parseJsonStrictly(bytes, `the index ${location}`, { maxBytes: MAX_MIRROR_INDEX_BYTES });
  } catch (error) {
    if (!(error instanceof K8sVerifyError)) throw error;
    throw damaged(location, error.wanted ?? 'JSON', error.found ?? error.message);
  }
}

function damaged(location: string, wanted: string, found: string): UnavailableError {
  return new UnavailableError('mirror-inconsistent', `the index of the mirror cannot be read: ${location}`, {
    wanted,
    found,
    why: `${INDEX_NAME} says which files are there; no proof rests on it`,
    next: `remove it and fill the mirror again, which keeps what is there and proves: rm ${quoted(location)}`,
  });
}
