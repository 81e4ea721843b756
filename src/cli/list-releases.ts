/** `list` without a version, or with a minor: the newest releases. */
import { newestReleases } from '../plan/newest-releases.ts';
import type { MarkedRelease } from '../plan/look-up-marker.ts';
import type { NetworkRequest } from '../plan/request.ts';
import { formatReleaseVersion, type Minor } from '../release/version.ts';
import type { Answer, Console } from './console.ts';
import type { JsonAnswer } from './output-json.ts';
import { tsvLine } from './output-text.ts';
import { type ParsedLine, readTransport } from './parsed-line.ts';
import { isoSeconds } from '../trust/root-age.ts';
import { nextLine } from './list-next.ts';
import { withClient } from './with-client.ts';

export interface ReleasesRequest extends NetworkRequest {
  readonly only?: Minor;
}

export interface ReleasesReport extends JsonAnswer {
  /** The newest first. */
  readonly releases: readonly {
    readonly version: string;
    /** Since when it is the newest of its minor, as the source says itself; absent where it does not say. */
    readonly since?: string;
  }[];
}

/** Says nothing of files: which release is the newest is looked up, and nothing is proved. */
export async function listReleases(
  request: ReleasesRequest,
  { options, words }: ParsedLine,
  output: Console,
): Promise<Answer & { readonly json: ReleasesReport }> {
  const found = await withClient(readTransport(options), output, (client, signal) =>
    newestReleases({ ...request, signal }, client),
  );
  const releases = found.map(described);
  return {
    text: releases.map(({ version, since }) => tsvLine([version, since])).join(''),
    shown: (style) =>
      releasesTable(releases, request.only) +
      nextLine(['list', releases[0]?.version ?? 'v1.30.2'], words, style),
    json: { schemaVersion: 1, command: 'list', ok: true, exitCode: 0, releases },
  };
}

function described({ version, since }: MarkedRelease): ReleasesReport['releases'][number] {
  const name = formatReleaseVersion(version);
  return since === undefined ? { version: name } : { version: name, since: isoSeconds(since) };
}

function releasesTable(releases: ReleasesReport['releases'], only: Minor | undefined): string {
  const width = Math.max('NEWEST'.length, ...releases.map(({ version }) => version.length));
  const line = (version: string, since: string): string => `  ${version.padEnd(width)}  ${since}`.trimEnd();
  return [
    `Kubernetes, the newest release of ${only === undefined ? 'each supported minor' : `${only.major}.${only.minor}`}`,
    line('NEWEST', 'SINCE'),
    ...releases.map(({ version, since }) => line(version, since?.slice(0, 'yyyy-mm-dd'.length) ?? 'unknown')),
    '',
  ].join('\n');
}
