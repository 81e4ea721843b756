/** The `list` command: the newest releases; or what Kubernetes publishes for one, and what of it is signed. */
import { excerpt } from '../text/excerpt.ts';
import { RequestError } from '../errors.ts';
import { note, type Note } from '../notes.ts';
import { isTabled, TABLED } from '../release/component.ts';
import { listArtifacts, type ListedArtifact } from '../release/list.ts';
import { parsePlatform } from '../release/platform.ts';
import {
  formatReleaseVersion,
  parseVersionRequest,
  readMinor,
  type ReleaseVersion,
} from '../release/version.ts';
import { type NetworkRequest, placesOf } from '../plan/request.ts';
import { resolveVersion } from '../plan/resolve-version.ts';
import type { Answer, Console } from './console.ts';
import type { ReleasesRequest } from './list-releases.ts';
import { withClient } from './with-client.ts';
import type { JsonAnswer } from './output-json.ts';
import { tsvLine } from './output-text.ts';
import { printable } from './printable.ts';
import { type TextStyle, wrapped } from './style.ts';
import { nextLine } from './list-next.ts';
import { readsAsVersion, refuseLatest } from './version-words.ts';
import { type ParsedLine, readNetwork, readTransport } from './parsed-line.ts';

export interface ListReport extends JsonAnswer {
  readonly release: {
    readonly version: string;
    readonly files: readonly ListedFile[];
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
  /** The first release whose files are signed; absent where this one's are not. */
  readonly since?: string;
  readonly reason: string;
}

export async function list(line: ParsedLine, output: Console): Promise<Answer> {
  const request = readList(line);
  if (request.kind === 'files') return listFiles(request, line, output);
  const { listReleases } = await import('./list-releases.ts');
  const { kind: _, ...releases } = request;
  return listReleases(releases, line, output);
}

/** Lists from the built-in table; only an alias such as `stable` is looked up. */
async function listFiles(
  { version: asked, platforms, ...network }: FilesRequest,
  line: ParsedLine,
  output: Console,
): Promise<Answer> {
  const version = await withClient(readTransport(line.options), output, (client, signal) =>
    resolveVersion(asked, { ...network, signal }, client),
  );
  const chosen = platforms.length === 0 ? {} : { platforms: platforms.map((text) => parsePlatform(text)) };
  const [source = ''] = placesOf(network);
  const isExact = parseVersionRequest(asked).kind === 'exact';
  const notes = [
    ...(isExact ? [notLookedUp(version)] : []),
    ...(line.operands.length === 0 ? [lookedUp(asked, version)] : []),
    ...(isTabled(version) ? [] : [notTabled(version)]),
  ];
  return listAnswer(
    { version: formatReleaseVersion(version), platforms, all: line.options.all === true, words: line.words },
    listArtifacts({ version, ...chosen }),
    source,
    notes,
  );
}

interface FilesRequest extends NetworkRequest {
  readonly kind: 'files';
  readonly version: string;
  /** Empty for every platform. */
  readonly platforms: readonly string[];
}

export type ListArguments = FilesRequest | ({ readonly kind: 'releases' } & ReleasesRequest);

/**
 * Files are asked for by a version, or by an option that chooses among them.
 *
 * @throws RequestError `usage`; no work is done here
 */
export function readList({ operands, options, words }: ParsedLine): ListArguments {
  const [given] = operands;
  const version = given ?? 'stable';
  refuseLatest(version, words);
  if (!readsAsVersion(version)) {
    throw new RequestError('usage', `${excerpt(version)} is not a version`, {
      wanted: 'v1.30.2, 1.30, stable, prerelease, or nothing for the newest releases',
      found: excerpt(version),
      next: 'for example: k8s-verify list v1.30.2 --platform linux/arm64; it lists every component',
    });
  }
  const network = readNetwork(options);
  const only = given === undefined ? undefined : readMinor(given);
  const ofFiles = options.platform !== undefined || options.all === true;
  if (!ofFiles && (given === undefined || only !== undefined)) {
    return { kind: 'releases', ...(only === undefined ? {} : { only }), ...network };
  }
  return { kind: 'files', version, platforms: options.platform ?? [], ...network };
}

function minorOf({ major, minor }: ReleaseVersion): string {
  return `v${major}.${minor}`;
}

function notLookedUp(version: ReleaseVersion): Note {
  const name = formatReleaseVersion(version);
  return note(
    'release-not-looked-up',
    `this is what Kubernetes publishes for releases of ${minorOf(version)}; whether there is a ${name} was not looked up`,
  );
}

/** Where the line names no version: the list is long, and in a pipe it has no head. */
function lookedUp(asked: string, version: ReleaseVersion): Note {
  const text = `this is what ${formatReleaseVersion(version)} has, which ${asked} names now`;
  return note('release-looked-up', text);
}

function notTabled(version: ReleaseVersion): Note {
  const [since, until] = [TABLED.since, TABLED.until].map((minor) => `v${minor.join('.')}`);
  return note(
    'release-not-in-table',
    `the table was checked against releases of ${since} to ${until}; what ${minorOf(version)} has may differ`,
  );
}

function listAnswer(
  table: Table,
  artifacts: readonly ListedArtifact[],
  source: string,
  notes: readonly Note[],
): Answer & { readonly json: ListReport } {
  const files = artifacts.map(({ component, kind, purpose, platform, path, signed, since, reason }) => ({
    name: component,
    kind,
    purpose,
    ...(platform === undefined ? {} : { platform }),
    ...(path === undefined ? {} : { url: `${source}/${path}` }),
    signed,
    ...(since === undefined ? {} : { since }),
    reason,
  }));
  return {
    text: listLines(files),
    shown: (style) => listTable(table, files, style),
    notes,
    json: {
      schemaVersion: 1,
      command: 'list',
      ok: true,
      exitCode: 0,
      release: { version: table.version, files },
    },
  };
}

const HEADINGS: Readonly<Record<ListedArtifact['kind'], string>> = {
  binary: 'BINARY',
  image: 'CONTAINER IMAGE',
  tarball: 'TARBALL',
  'spdx-document': 'SPDX DOCUMENT',
  metadata: 'OTHER FILE',
};

const PLURALS: Readonly<Record<ListedArtifact['kind'], string>> = {
  binary: 'binaries',
  image: 'container images',
  tarball: 'tarballs',
  'spdx-document': 'SPDX documents',
  metadata: 'other files',
};

/** Name, kind, platform, whether it is signed, since when, and where it is; one line a file. */
function listLines(files: readonly ListedFile[]): string {
  return files
    .map(({ name, kind, platform, signed, since, url }) =>
      // A pattern is not the URL of a file.
      tsvLine([
        name,
        kind,
        platform,
        signed ? 'signed' : 'unsigned',
        since,
        isPattern(url) ? undefined : url,
      ]),
    )
    .join('');
}

function isPattern(url: string | undefined): boolean {
  return url?.includes('*') === true;
}

/** What most people look for; the rest is shown when it is asked for. */
const USUAL: ReadonlySet<string> = new Set([
  'kubectl',
  'kubeadm',
  'kubelet',
  'kube-proxy',
  'kubernetes-client',
  'kubernetes-node',
  'kubernetes-server',
]);

interface Table {
  readonly version: string;
  readonly platforms: readonly string[];
  /** Every file, and not only the usual ones. */
  readonly all: boolean;
  /** All words of the line. */
  readonly words: readonly string[];
}

interface Row {
  readonly kind: ListedFile['kind'];
  readonly name: string;
  readonly signed: boolean;
  readonly purpose: string;
}

/** A table for each kind, one line for each name: `kubectl  yes  command-line client`. */
function listTable(table: Table, files: readonly ListedFile[], style: TextStyle): string {
  const rows = Array.from(new Map(files.map((file) => [file.name, file])).values());
  const isShown = ({ name }: Row): boolean => table.all || USUAL.has(name);
  const kinds = Map.groupBy(rows, ({ kind }) => kind);
  const shown = Array.from(kinds.values()).filter((members) => members.some(isShown));
  const names = shown
    .flat()
    .filter(isShown)
    .map(({ name }) => name);
  const width = Math.max(
    ...[...names, ...shown.map(([row]) => HEADINGS[row?.kind ?? 'binary'])].map((one) => one.length),
  );
  const line = (name: string, signed: string, what: string): string =>
    `  ${name.padEnd(width)}  ${signed.padEnd(6)}  ${wrapped(printable(what), width + 12, style)}\n`;
  const sections = shown.map((members) => {
    const left = members.filter((row) => !isShown(row)).length;
    return [
      line(HEADINGS[members[0]?.kind ?? 'binary'], 'SIGNED', 'WHAT IT IS'),
      ...members.filter(isShown).map((row) => line(row.name, row.signed ? 'yes' : 'no', row.purpose)),
      ...(left === 0 ? [] : [`  (${left} more: --all)\n`]),
    ].join('');
  });
  const others = Array.from(kinds.entries()).filter(([, members]) => !members.some(isShown));
  const counted = others.map(([kind, members]) => `${members.length} ${PLURALS[kind]}`).join(', ');
  return [
    `${['Kubernetes ' + table.version, ...table.platforms].join(', ')}\n`,
    ...sections,
    ...(others.length === 0 ? [] : [`  (${wrapped(`${counted}: --all`, 3, style)})\n`]),
    ...(rows.some(({ name, signed }) => name === 'kubectl' && signed)
      ? [nextLine(['kubectl', table.version], table.words, style)]
      : []),
  ].join('');
}
