import { RequestError, UnavailableError } from '../errors.ts';
import type { Report } from '../progress.ts';
import { type DownloadOutcome, type DownloadSink, receivedIn } from './bytes.ts';
import { PUBLISHER } from './http-source.ts';
import { askInTurn } from './in-turn.ts';
import type { BytesRequest, ReleaseSource } from './release-source.ts';

export interface FetchBytesRequest extends Omit<BytesRequest, 'received' | 'othersFollow'> {
  readonly sink: DownloadSink;
}

/**
 * Fetches the bytes of a file from the first source that has it. The next source continues after the bytes of the one
 * before, if the lengths agree.
 *
 * @throws RequestError `artifact-not-found` if every source says that it has no such file; UnavailableError, with
 *   `mirror-incomplete` if they are all directories
 */
export async function fetchBytes(
  sources: readonly ReleaseSource[],
  { sink, ...request }: FetchBytesRequest,
  report: Report,
): Promise<DownloadOutcome> {
  const received = receivedIn(sink);
  const absent: Absent[] = [];
  const located = (source: ReleaseSource): string => `${source.shown}/${request.path}`;
  const outcome = await askInTurn(
    sources,
    report,
    async (source) => {
      const othersFollow = source !== sources.at(-1);
      const delivery = await source.bytes({ ...request, received, othersFollow });
      if (delivery.kind === 'delivered') return { kind: 'found', found: delivery.outcome };
      absent.push({ source, reason: delivery.reason, from: located(source) });
      return { kind: 'lacking', reason: delivery.reason };
    },
    { located, goesOn: () => !received.outOfTime },
  );
  if (outcome !== undefined) return outcome;
  throw absent.every(({ source }) => source.isLocal)
    ? lackingInMirror(request, absent)
    : notFound(request.what, absent);
}

interface Absent {
  readonly source: ReleaseSource;
  readonly reason: string;
  readonly from: string;
}

/** A directory has what was copied there: that says nothing about the release. */
function lackingInMirror(
  { what, path }: Pick<FetchBytesRequest, 'what' | 'path'>,
  absent: readonly Absent[],
): UnavailableError {
  const mirrors = absent.length === 1 ? 'the mirror does not have' : 'the mirrors do not have';
  return new UnavailableError('mirror-incomplete', `${mirrors} ${what}`, {
    wanted: path.slice(path.lastIndexOf('/') + 1),
    found: 'no such file',
    from: absent.map(({ from }) => from).join(', '),
    next: `fill the mirror: copy it there from ${PUBLISHER}/${path}, with its .sig and .cert`,
  });
}

function notFound(what: string, absent: readonly Absent[]): RequestError {
  const next =
    'check the version, the component and the platform; a new release can take hours to reach every region';
  const [only, ...others] = absent;
  if (only !== undefined && others.length === 0) {
    const { reason, from } = only;
    return new RequestError('artifact-not-found', `${what} does not exist: ${reason}`, { from, next });
  }
  const reasons = absent.map(({ reason, from }) => `${reason} (${from})`).join('; ');
  return new RequestError('artifact-not-found', `${what} does not exist: ${reasons}`, { next });
}
