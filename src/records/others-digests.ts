/**
 * Digests that others recorded of Kubernetes' releases: asset data of kOps, kubespray's `checksums.yml`, lines of
 * `sha256sum`. Each form is read strictly, line by line, as its generator writes it: a reader of all of YAML would also read
 * anchors, tags and merged keys, which none of these files has, and would take one text in two ways.
 */
import { RequestError } from '../errors.ts';
import { MAX_CORROBORATION_BYTES, MAX_CORROBORATION_LINES } from '../limits.ts';
import { formatReleaseVersion, type ReleaseVersion } from '../release/version.ts';
import { isPrintable } from '../text/unprintable.ts';
import { pathInReleaseOf } from './path-in-release.ts';

export type OthersFormat = 'kops' | 'kubespray' | 'sums';

export interface OthersDigests {
  readonly format: OthersFormat;
  /** SHA-256 (hex) by path below the release; what is of another release is left out. Paths are as they were written. */
  readonly digests: ReadonlyMap<string, string>;
}

const SUM = /^(?<hex>[0-9a-f]{64}) [ *](?<path>[^\s\\][^\\]{0,1023})$/;
const KOPS_BASE = /^- base: \S{1,1024}$/;
const KOPS_NAME = /^- name: (?<path>\S{1,1024})$/;
const KOPS_DIGEST = /^ {2}sha256: "?(?<hex>[0-9a-f]{64})"?$/;
const SPRAY_SECTION = /^(?<name>[a-z0-9_]{1,64})_checksums:$/;
const SPRAY_ARCHITECTURE = /^ {2}(?<architecture>[a-z0-9_]{1,16}):$/;
const SPRAY_DIGEST =
  /^ {4}(?<quote>["']?)(?<version>v?[0-9][0-9A-Za-z.+-]{0,63})\k<quote>: (?:sha256:(?<hex>[0-9a-f]{64})|(?<bare>[0-9a-f]{64})|sha512:[0-9a-f]{128}|0)$/;
const COMMENT = /^\s*#/;

/** The programs of Kubernetes that kubespray has digests of; all are for Linux. */
const SPRAYED: ReadonlySet<string> = new Set(['kubelet', 'kubectl', 'kubeadm']);

/**
 * Reads such a file. Its form is that of its first line which is no comment.
 *
 * @param file as it was named, for messages.
 * @throws RequestError `usage` for a file of another form, with the line; nothing of it is quoted.
 */
export function readOthersDigests(bytes: Uint8Array, file: string, version: ReleaseVersion): OthersDigests {
  const reader = new Reader(linesOf(bytes, file), file, version);
  const first = reader.lines.find(({ text }) => text !== '' && text !== '---' && !COMMENT.test(text));
  if (first === undefined) throw wrong(file, 'lines with digests', 'none');
  const { text } = first;
  if (text === 'filestores:' || text === 'files:') return { format: 'kops', digests: reader.kops() };
  if (SPRAY_SECTION.test(text)) return { format: 'kubespray', digests: reader.kubespray() };
  return { format: 'sums', digests: reader.sums() };
}

interface Line {
  readonly number: number;
  readonly text: string;
}

function linesOf(bytes: Uint8Array, file: string): readonly Line[] {
  if (bytes.length > MAX_CORROBORATION_BYTES)
    throw wrong(file, `at most ${MAX_CORROBORATION_BYTES} bytes`, 'more');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw wrong(file, 'a text in UTF-8', 'something else');
  }
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines.length > MAX_CORROBORATION_LINES)
    throw wrong(file, `at most ${MAX_CORROBORATION_LINES} lines`, 'more');
  return lines.map((line, index) => ({ number: index + 1, text: line }));
}

class Reader {
  readonly lines: readonly Line[];
  readonly #file: string;
  readonly #version: ReleaseVersion;
  readonly #digests = new Map<string, string>();

  constructor(lines: readonly Line[], file: string, version: ReleaseVersion) {
    this.lines = lines;
    this.#file = file;
    this.#version = version;
  }

  sums(): ReadonlyMap<string, string> {
    for (const line of this.#content()) {
      const { hex, path } = SUM.exec(line.text)?.groups ?? {};
      if (hex === undefined || path === undefined)
        throw this.#wrong(line, 'a SHA-256, two spaces and a path');
      this.#add(line, path, hex);
    }
    return this.#digests;
  }

  kops(): ReadonlyMap<string, string> {
    let part: 'filestores' | 'files' | undefined;
    let name: string | undefined;
    for (const line of this.#content()) {
      const { text } = line;
      const path = KOPS_NAME.exec(text)?.groups?.['path'];
      const hex = KOPS_DIGEST.exec(text)?.groups?.['hex'];
      if (text === 'filestores:' || text === 'files:') part = text === 'files:' ? 'files' : 'filestores';
      else if (part === 'filestores' && KOPS_BASE.test(text)) continue;
      else if (part === 'files' && path !== undefined && name === undefined) name = path;
      else if (part === 'files' && hex !== undefined && name !== undefined) {
        this.#add(line, name, hex);
        name = undefined;
      } else throw this.#wrong(line, '"- name: PATH" and "  sha256: HEX" in turn, as kOps writes them');
    }
    if (name !== undefined)
      throw wrong(this.#file, 'a digest for each name', 'a name at the end without one');
    return this.#digests;
  }

  kubespray(): ReadonlyMap<string, string> {
    const release = formatReleaseVersion(this.#version).slice(1);
    let section: string | undefined;
    let architecture: string | undefined;
    for (const line of this.#content()) {
      const name = SPRAY_SECTION.exec(line.text)?.groups?.['name'];
      const below = SPRAY_ARCHITECTURE.exec(line.text)?.groups?.['architecture'];
      const entry = SPRAY_DIGEST.exec(line.text)?.groups;
      if (name !== undefined) [section, architecture] = [name, undefined];
      else if (below !== undefined && section !== undefined) architecture = below;
      else if (entry !== undefined && section !== undefined && architecture !== undefined) {
        const hex = entry['hex'] ?? entry['bare'];
        const isOurs = entry['version']?.replace(/^v/, '') === release && SPRAYED.has(section);
        if (isOurs && hex !== undefined) this.#add(line, `bin/linux/${architecture}/${section}`, hex);
      } else
        throw this.#wrong(
          line,
          'NAME_checksums:, an architecture, or VERSION: sha256:HEX, as kubespray writes them',
        );
    }
    return this.#digests;
  }

  *#content(): Generator<Line> {
    for (const line of this.lines) {
      if (line.text === '' || line.text === '---' || COMMENT.test(line.text)) continue;
      if (!isPrintable(line.text)) throw this.#wrong(line, 'characters that can be shown');
      yield line;
    }
  }

  /** Of another release, and told only to be unlike: `v1.36.0/bin/...` in a file of several. */
  #add(line: Line, written: string, hex: string): void {
    const path = pathInReleaseOf(written, this.#version);
    const earlier = this.#digests.get(path);
    if (earlier !== undefined && earlier !== hex) throw this.#wrong(line, 'one digest for each file');
    this.#digests.set(path, hex);
  }

  #wrong({ number }: Line, wanted: string): RequestError {
    return wrong(this.#file, wanted, `another line ${number}`);
  }
}

function wrong(file: string, wanted: string, found: string): RequestError {
  return new RequestError('usage', `${file} is no list of digests that can be read`, {
    wanted,
    found,
    next: "name asset data of kOps, kubespray's checksums.yml, or lines of sha256sum after --corroborate",
  });
}
