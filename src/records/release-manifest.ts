import { MAX_MANIFEST_FILES } from '../limits.ts';
import { parseReleaseVersion, type ReleaseVersion } from '../release/version.ts';

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
}

export type ReadManifest =
  | { readonly kind: 'manifest'; readonly manifest: ReleaseManifest }
  /** It is no SPDX document of a Kubernetes release, as far as we can read it. */
  | { readonly kind: 'unreadable'; readonly why: string };

const NAMESPACE = /^https:\/\/sbom\.k8s\.io\/([^/]{1,40})\/release$/;
const SPDX_VERSIONS: ReadonlySet<string> = new Set(['SPDX-2.2', 'SPDX-2.3']);
const TAG = /^([A-Za-z]{1,40}): ?(.*)$/;
const SHA256 = /^SHA256: ([0-9a-f]{64})$/;
const CREATED = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
/** Images are packages; only the identifier has the architecture. */
const IMAGE_NAME = /^[a-z0-9-]{1,64}\.tar$/;
const IMAGE_ID = /^SPDXRef-Package-registry\.k8s\.io-(.{1,256})$/;
const IMAGE_ARCHITECTURES = ['amd64', 'arm64', 'arm', 'ppc64le', 's390x'] as const;

/** One file or package, while its lines are read. */
interface Entry {
  readonly kind: 'file' | 'package';
  readonly name: string;
  id: string;
  readonly digests: string[];
}

class Unreadable extends Error {}

/**
 * Reads `kubernetes-release.spdx`: SPDX 2.2 or 2.3 as tag and value, one a line. Files count where they stand before the
 * first package, since those within a package are files of an image. Whatever is no file of a release has no say: a
 * name with `..` is the path of nothing.
 *
 * @param bytes bounded by the caller.
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
    if (tag === 'FileName' || tag === 'PackageName') {
      const kind = tag === 'FileName' ? 'file' : 'package';
      inPackages ||= kind === 'package';
      current = { kind, name: value, id: '', digests: [] };
      // A file behind a package is a part of an image.
      if (kind === 'package' || !inPackages) entries.push(current);
      if (entries.length > MAX_MANIFEST_FILES)
        throw new Unreadable(`it lists more than ${MAX_MANIFEST_FILES} files`);
    } else if (current === undefined) {
      if (header.has(tag) && SINGLE.has(tag)) throw new Unreadable(`it has two lines ${tag}`);
      header.set(tag, value);
    } else if (tag === 'SPDXID') current.id = value;
    else if (tag === 'FileChecksum' || tag === 'PackageChecksum') {
      const digest = SHA256.exec(value)?.[1];
      if (digest !== undefined) current.digests.push(digest);
    }
  }
  return describe(header, entries);
}

const SINGLE: ReadonlySet<string> = new Set(['SPDXVersion', 'DocumentNamespace', 'Created']);

/** The lines `Tag: value`. Comments and blank lines say nothing; a text of several lines is passed over. */
function* tagsOf(text: string): Generator<{ readonly tag: string; readonly value: string }> {
  if (text.includes('\r')) throw new Unreadable('its lines end in CR LF');
  if (!text.endsWith('\n')) throw new Unreadable('its last line is cut');
  let inText = false;
  for (const line of text.split('\n')) {
    if (inText) {
      inText = !line.includes('</text>');
      continue;
    }
    if (line === '' || line.startsWith('#')) continue;
    const [, tag, value] = TAG.exec(line) ?? [];
    // `ExternalDocumentRef:DocumentRef-...` has no blank; nothing that is read here looks like that.
    if (tag === undefined || value === undefined) {
      if (/^[A-Za-z]+:/.test(line)) continue;
      throw new Unreadable('a line has no tag');
    }
    inText = value.includes('<text>') && !value.includes('</text>');
    yield { tag, value };
  }
  if (inText) throw new Unreadable('a text in it does not end');
}

function describe(header: ReadonlyMap<string, string>, entries: readonly Entry[]): ReleaseManifest {
  if (!SPDX_VERSIONS.has(header.get('SPDXVersion') ?? ''))
    throw new Unreadable('it is no SPDX 2.2 or 2.3 document');
  const version = versionOf(header.get('DocumentNamespace') ?? '');
  const digests = new Map<string, Set<string>>();
  for (const entry of entries) {
    const path = entry.kind === 'file' ? entry.name : imagePath(entry);
    if (path === undefined) continue;
    const known = digests.get(path) ?? new Set();
    for (const digest of entry.digests) known.add(digest);
    digests.set(path, known);
  }
  const created = header.get('Created') ?? '';
  return {
    version,
    created: CREATED.test(created) && !Number.isNaN(Date.parse(created)) ? new Date(created) : undefined,
    digestsOf: (path) => [...(digests.get(path) ?? [])],
  };
}

function versionOf(namespace: string): ReleaseVersion {
  const text = NAMESPACE.exec(namespace)?.[1];
  if (text === undefined) throw new Unreadable('its namespace is not that of a Kubernetes release');
  try {
    return parseReleaseVersion(text);
  } catch {
    throw new Unreadable('its namespace names no release version');
  }
}

function imagePath({ name, id }: Entry): string | undefined {
  const image = IMAGE_NAME.test(name) ? name.slice(0, -'.tar'.length) : undefined;
  const rest = IMAGE_ID.exec(id)?.[1];
  if (image === undefined || rest === undefined) return undefined;
  const architecture = IMAGE_ARCHITECTURES.find((one) => rest.startsWith(`${image}-${one}-`));
  return architecture === undefined ? undefined : `bin/linux/${architecture}/${name}`;
}
