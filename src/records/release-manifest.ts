import { MAX_MANIFEST_BYTES, MAX_MANIFEST_ENTRIES } from '../limits.ts';
import { formatReleaseVersion, readReleaseVersion, type ReleaseVersion } from '../release/version.ts';

/** What the SPDX document of a release says; worth as much as its proof. */
export interface ReleaseManifest {
  /** The release that its namespace names. */
  readonly version: ReleaseVersion;
  /** When it says that it was made, or undefined where it does not say. */
  readonly created: Date | undefined;
  /**
   * The distinct SHA-256 (hex) that it gives a file of the release, by its path there (`bin/linux/amd64/kubectl`,
   * `kubernetes-src.tar.gz`). None: it does not list the file. Several: it contradicts itself.
   */
  digestsOf(pathInRelease: string): readonly string[];
  /** The distinct SHA-512 (hex) that it gives the same file. Nothing rests on them but a comparison. */
  sha512Of(pathInRelease: string): readonly string[];
  /** Every file of the release that it gives a digest. */
  readonly paths: readonly string[];
  /** The paths under which it lists a SHA-256 (hex). */
  pathsOf(sha256: string): readonly string[];
}

/** A file of a release by its place there: what a manifest lists. */
export interface ListedArtifact {
  readonly version: ReleaseVersion;
  /** `bin/linux/amd64/kubectl`. */
  readonly pathInRelease: string;
}

export type ReadManifest =
  | { readonly kind: 'manifest'; readonly manifest: ReleaseManifest }
  /** It is no SPDX document of a Kubernetes release, as far as we can read it. */
  | { readonly kind: 'unreadable'; readonly why: string };

const NAMESPACE = /^https:\/\/sbom\.k8s\.io\/([^/]{1,40})\/release$/;
const SPDX_VERSIONS: ReadonlySet<string> = new Set(['SPDX-2.2', 'SPDX-2.3']);
/** `ExternalDocumentRef:DocumentRef-...` has no blank; nothing that is read here looks like that. */
const TAG = /^([A-Za-z]{1,40}):(?: (.*)|.*)$/s;
const PACKAGES_BEGIN = '##### Package';
const SHA256 = /^[0-9a-f]{64}$/;
const SHA512 = /^SHA512: ([0-9a-f]{128})$/;
const CREATED = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
/** Of the whole document; a second one would let two readers see two documents. */
const ONCE: ReadonlySet<string> = new Set(['SPDXVersion', 'DocumentNamespace', 'Created']);
/** Images are packages; only the identifier has the architecture. */
const IMAGE_NAME = /^([a-z0-9-]{1,64})\.tar$/;
const IMAGE_ID = /^SPDXRef-Package-(?:registry\.k8s\.io|k8s\.gcr\.io)-(.{1,256})$/;
const IMAGE_ARCHITECTURES = ['amd64', 'arm64', 'arm', 'ppc64le', 's390x'] as const;

/** One file or package, while its lines are read. */
interface Entry {
  readonly kind: 'file' | 'package';
  readonly name: string;
  id: string | undefined;
  readonly digests: string[];
  readonly sha512: string[];
}

class Unreadable extends Error {}

/**
 * Reads `kubernetes-release.spdx`: SPDX 2.2 or 2.3, one tag and value a line. Files count where they stand before the
 * first package, since a file within a package is part of an image. A name with `..` is the path of nothing.
 */
export function readReleaseManifest(bytes: Uint8Array): ReadManifest {
  try {
    return { kind: 'manifest', manifest: read(decode(bytes)) };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { kind: 'unreadable', why: error.message };
  }
}

function decode(bytes: Uint8Array): string {
  if (bytes.byteLength > MAX_MANIFEST_BYTES)
    throw new Unreadable(`it has more than ${MAX_MANIFEST_BYTES} bytes`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Unreadable('it is not UTF-8');
  }
}

function read(text: string): ReleaseManifest {
  const header = new Map<string, string>();
  const entries: Entry[] = [];
  let current: Entry | undefined;
  let inPackages = false;
  for (const { tag, value } of tagsOf(text)) {
    if (ONCE.has(tag)) {
      if (header.has(tag)) throw new Unreadable(`it has two lines ${tag}`);
      header.set(tag, value);
    } else if (tag === PACKAGES_BEGIN) {
      inPackages = true;
      current = undefined;
    } else if (tag === 'FileName' || tag === 'PackageName') {
      const kind = tag === 'FileName' ? 'file' : 'package';
      inPackages ||= kind === 'package';
      current = { kind, name: value, id: undefined, digests: [], sha512: [] };
      // A file after a package is part of an image.
      if (kind === 'package' || !inPackages) entries.push(current);
      if (entries.length > MAX_MANIFEST_ENTRIES)
        throw new Unreadable(`it lists more than ${MAX_MANIFEST_ENTRIES} files and packages`);
    } else if (current !== undefined) readInto(current, tag, value);
  }
  return describe(header, entries);
}

function readInto(entry: Entry, tag: string, value: string): void {
  if (tag === 'SPDXID') {
    if (entry.id !== undefined) throw new Unreadable('a file in it has two lines SPDXID');
    entry.id = value;
  } else if (tag === 'FileChecksum' || tag === 'PackageChecksum') {
    const sha512 = SHA512.exec(value)?.[1];
    if (sha512 !== undefined) entry.sha512.push(sha512);
    if (!value.startsWith('SHA256:')) return;
    const hex = value.slice('SHA256: '.length);
    if (!value.startsWith('SHA256: ') || !SHA256.test(hex))
      throw new Unreadable('a SHA256 in it is not 64 lower-case hex digits');
    entry.digests.push(hex);
  }
}

interface TagAndValue {
  /** Or the line that begins the packages, which is a comment for other readers. */
  readonly tag: string;
  readonly value: string;
}

/** The lines `Tag: value`. Comments and blank lines say nothing; a text of several lines is passed over. */
function* tagsOf(text: string): Generator<TagAndValue> {
  if (!text.endsWith('\n')) throw new Unreadable('its last line is cut');
  let inText = false;
  for (let start = 0, end = 0; start < text.length; start = end + 1) {
    end = text.indexOf('\n', start);
    const line = text.slice(start, end);
    if (inText) {
      inText = !line.includes('</text>');
      continue;
    }
    if (line.startsWith(PACKAGES_BEGIN)) yield { tag: PACKAGES_BEGIN, value: '' };
    if (line === '' || line.startsWith('#')) continue;
    const [, tag, value = ''] = TAG.exec(line) ?? [];
    if (tag === undefined) throw new Unreadable('a line has no tag');
    inText = value.includes('<text>') && !value.includes('</text>');
    if (line.endsWith('\r') && !inText) throw new Unreadable('its lines end in CR LF');
    yield { tag, value };
  }
  if (inText) throw new Unreadable('a text in it does not end');
}

function describe(header: ReadonlyMap<string, string>, entries: readonly Entry[]): ReleaseManifest {
  if (!SPDX_VERSIONS.has(header.get('SPDXVersion') ?? ''))
    throw new Unreadable('it is no SPDX 2.2 or 2.3 document');
  const version = versionOf(header.get('DocumentNamespace') ?? '');
  const digests = new Map<string, Set<string>>();
  const sha512 = new Map<string, Set<string>>();
  for (const entry of entries) {
    const path = entry.kind === 'file' ? entry.name : imagePath(entry);
    if (path === undefined) continue;
    addAll(digests, path, entry.digests);
    addAll(sha512, path, entry.sha512);
  }
  return {
    version,
    created: timeOf(header.get('Created') ?? ''),
    paths: [...digests.keys()],
    digestsOf: (path) => [...(digests.get(path) ?? [])],
    sha512Of: (path) => [...(sha512.get(path) ?? [])],
    pathsOf: (sha256) => Array.from(digests).flatMap(([path, listed]) => (listed.has(sha256) ? [path] : [])),
  };
}

function addAll(digests: Map<string, Set<string>>, path: string, more: readonly string[]): void {
  const known = digests.get(path) ?? new Set();
  for (const digest of more) known.add(digest);
  digests.set(path, known);
}

/** The first file that two manifests of one release give different digests. */
export function firstDisagreement(one: ReleaseManifest, other: ReleaseManifest): string | undefined {
  return one.paths.find((path) => {
    const [digests, others] = [one, other].map((manifest) => manifest.digestsOf(path).toSorted().join());
    return digests !== '' && others !== '' && digests !== others;
  });
}

function versionOf(namespace: string): ReleaseVersion {
  const text = NAMESPACE.exec(namespace)?.[1];
  if (text === undefined) throw new Unreadable('its namespace is not that of a Kubernetes release');
  const version = readReleaseVersion(text);
  if (version === undefined || formatReleaseVersion(version) !== text)
    throw new Unreadable('its namespace names no release version');
  return version;
}

function timeOf(text: string): Date | undefined {
  const time = CREATED.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : new Date(time);
}

/** `bin/linux/amd64/kube-apiserver.tar`; undefined if the package is not an image of the release. */
function imagePath({ name, id = '' }: Entry): string | undefined {
  const image = IMAGE_NAME.exec(name)?.[1];
  const rest = IMAGE_ID.exec(id)?.[1];
  if (image === undefined || rest === undefined) return undefined;
  const architecture = IMAGE_ARCHITECTURES.find((one) => rest.startsWith(`${image}-${one}-`));
  return architecture === undefined ? undefined : `bin/linux/${architecture}/${name}`;
}
