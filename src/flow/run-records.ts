import { setTimeout as delay } from 'node:timers/promises';
import { UnavailableError } from '../errors.ts';
import { MAX_PUBLISHER_WAIT_MS } from '../limits.ts';
import { note, type Note } from '../notes.ts';
import type { Report } from '../progress.ts';
import { fetchReleaseRecords, type ReleaseRecords } from '../records/release-records.ts';
import { releaseFilePaths } from '../release/artifact.ts';
import { formatReleaseVersion, type ReleaseVersion } from '../release/version.ts';
import type { ReleaseSource } from '../source/release-source.ts';
import { oncePerRelease } from './once-per-release.ts';

/** What the sources of a run have of a release's own records and, next to a mirror, what Kubernetes' server has. */
export interface RunRecords {
  readonly sets: readonly {
    /** The servers that were asked in turn, for messages. */
    readonly asked: string;
    readonly records: ReleaseRecords;
  }[];
  readonly notes: readonly Note[];
}

/** Gives the records of a release. The records of one release are fetched once. */
export type RecordsOf = (version: ReleaseVersion) => Promise<RunRecords>;

export interface RecordsContext {
  /** In order of preference. */
  readonly sources: readonly ReleaseSource[];
  /** Asked as well as a mirror; undefined if what it has says nothing about this run. */
  readonly publisher: ReleaseSource | undefined;
  readonly report: Report;
  /** Ends what is still being fetched when the run is over. */
  readonly signal: AbortSignal;
}

/** The records of the releases of one run, which several artifacts share. */
export function shareRecords(context: RecordsContext): RecordsOf {
  return oncePerRelease((version) => fetchAll(version, context));
}

async function fetchAll(version: ReleaseVersion, context: RecordsContext): Promise<RunRecords> {
  const { sources, report, signal } = context;
  const release = formatReleaseVersion(version);
  const paths = releaseFilePaths(version);
  const second =
    context.publisher === undefined || sources[0]?.isPublisher === true ? [] : [context.publisher];
  const [records, ...others] = await Promise.all([
    fetchReleaseRecords({ report, sources, paths, release, signal }),
    ...second.map(async (source) => ({
      source,
      answer: await fromPublisher(
        source,
        (until) =>
          fetchReleaseRecords({ report: () => undefined, sources: [source], paths, release, signal: until }),
        signal,
      ),
    })),
  ]);
  const asked = sources.map(({ shown }) => shown).join(', ');
  return {
    sets: [
      { asked, records },
      ...others.flatMap(({ source, answer }) =>
        answer.kind === 'records' ? [{ asked: source.shown, records: answer.records }] : [],
      ),
    ],
    notes: others.flatMap(({ source, answer }) =>
      answer.kind === 'records'
        ? []
        : [
            note(
              'publisher-not-asked',
              `${source.shown} was not asked for the records of ${release}: ${answer.why}`,
            ),
          ],
    ),
  };
}

type PublisherAnswer =
  | { readonly kind: 'records'; readonly records: ReleaseRecords }
  | { readonly kind: 'unreachable'; readonly why: string };

/** If Kubernetes' own server cannot be reached, the run goes on with the mirror's records, and waits only briefly. */
async function fromPublisher(
  { shown }: ReleaseSource,
  fetch: (until: AbortSignal) => Promise<ReleaseRecords>,
  signal: AbortSignal,
): Promise<PublisherAnswer> {
  const done = new AbortController();
  const until = AbortSignal.any([signal, done.signal]);
  const why = `no answer from ${shown} within ${MAX_PUBLISHER_WAIT_MS / 1000} seconds`;
  const late = delay(MAX_PUBLISHER_WAIT_MS, { kind: 'unreachable', why } as const, { signal: until });
  const answer = fetch(until).then(
    (records) => ({ kind: 'records', records }) as const,
    (error: unknown) => {
      if (error instanceof UnavailableError) return { kind: 'unreachable', why: error.message } as const;
      throw error;
    },
  );
  try {
    return await Promise.race([answer, late]);
  } finally {
    answer.catch(() => undefined);
    late.catch(() => undefined);
    done.abort();
  }
}
