/** The `list` command: what Kubernetes publishes for a release, and what of it is signed. */
import { shownUrl } from '../text/shown-url.ts';
import { isTabled, TABLED } from '../release/component.ts';
import { listArtifacts, type ListedArtifact } from '../release/list.ts';
import { parsePlatform } from '../release/platform.ts';
import { formatReleaseVersion, parseVersionRequest, type ReleaseVersion } from '../release/version.ts';
import { sourcesOf } from '../plan/request.ts';
import { resolveVersion } from '../plan/resolve-version.ts';
import type { CommandLine } from './command-line.ts';
import type { Answer, Console } from './console.ts';
import { withClient } from './with-client.ts';
import { readListArguments } from './list-arguments.ts';
import type { JsonAnswer } from './output-json.ts';
import { noteText } from './output-text.ts';
import { printable } from './printable.ts';
import { readTransport } from './shared-arguments.ts';

export interface ListReport extends JsonAnswer {
  readonly release: {
    readonly version: string;
    readonly files: readonly ListedFile[];
    /** Sentences that a person should read: what the list is not. */
    readonly notes: readonly string[];
  };
}

export interface ListedFile {
  /** The name to ask for. */
  readonly name: string;
  readonly kind: ListedArtifact['kind'];
  readonly purpose: string;
  /** `os/arch`; absent where one file serves all platforms. */
  readonly platform?: string;
  /** With `*` for any name; absent where it is published in another place. */
  readonly url?: string;
  readonly signed: boolean;
  readonly reason: string;
}

/** Lists from the built-in table; only an alias such as `stable` is looked up. */
export async function list(line: CommandLine, output: Console): Promise<Answer> {
  const { version: asked, platforms, ...network } = readListArguments(line);
  const version = await withClient(readTransport(line), output, (client, signal) =>
    resolveVersion(asked, { ...network, signal }, client),
  );
  const chosen = platforms.length === 0 ? {} : { platforms: platforms.map((text) => parsePlatform(text)) };
  const [source = ''] = sourcesOf(network);
  const isExact = parseVersionRequest(asked).kind === 'exact';
  const notes = [
    ...(isExact ? [notLookedUp(version)] : []),
    ...(isTabled(version) ? [] : [notTabled(version)]),
  ];
  return listAnswer(formatReleaseVersion(version), listArtifacts({ version, ...chosen }), source, notes);
}

function minorOf({ major, minor }: ReleaseVersion): string {
  return `v${major}.${minor}`;
}

function notLookedUp(version: ReleaseVersion): string {
  const name = formatReleaseVersion(version);
  return `this is what Kubernetes publishes for releases of ${minorOf(version)}; whether there is a ${name} was not looked up`;
}

function notTabled(version: ReleaseVersion): string {
  const [since, until] = [TABLED.since, TABLED.until].map((minor) => `v${minor.join('.')}`);
  return `the table was checked against releases of ${since} to ${until}; what ${minorOf(version)} has may differ`;
}

function listAnswer(
  version: string,
  artifacts: readonly ListedArtifact[],
  source: string,
  notes: readonly string[],
): Answer & { readonly json: ListReport } {
  const files = artifacts.map(({ component, kind, purpose, platform, path, signed, reason }) => ({
    name: component,
    kind,
    purpose,
    ...(platform === undefined ? {} : { platform }),
    ...(path === undefined ? {} : { url: `${shownUrl(source)}/${path}` }),
    signed,
    reason,
  }));
  return {
    text: listText(version, files),
    summary: (style) => notes.map((note) => noteText(note, style)).join(''),
    json: { schemaVersion: 1, ok: true, exitCode: 0, release: { version, files, notes } },
  };
}

const HEADINGS: Readonly<Record<ListedArtifact['kind'], string>> = {
  binary: 'binaries',
  image: 'container images',
  tarball: 'tarballs',
  sbom: 'SPDX documents',
  metadata: 'other files',
};

/** One line for each name, by kind: `kubectl  signed  linux/amd64 linux/arm64 ...`. */
function listText(version: string, files: readonly ListedFile[]): string {
  const width = Math.max(...files.map(({ name }) => name.length));
  const byKind = Map.groupBy(files, ({ kind }) => kind);
  const sections = Array.from(byKind, ([kind, members]) => {
    const lines = Array.from(
      Map.groupBy(members, ({ name }) => name),
      ([name, same]) => listLine(name.padEnd(width), same),
    );
    return `${HEADINGS[kind]}\n${lines.join('')}`;
  });
  return `${printable(version)}\n${sections.join('')}`;
}

function listLine(label: string, same: readonly ListedFile[]): string {
  const [first] = same;
  const platforms = same.flatMap(({ platform }) => platform ?? []).join(' ');
  const signed = first?.signed === true ? 'signed  ' : 'unsigned';
  const what = platforms === '' ? (first?.purpose ?? '') : platforms;
  return `  ${printable(label)}  ${signed}  ${printable(what)}\n`;
}
