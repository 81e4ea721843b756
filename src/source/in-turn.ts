import { K8sVerifyError, RequestError, UnavailableError } from '../errors.ts';
import type { Report } from '../progress.ts';
import type { ReleaseSource } from './release-source.ts';

/** What one source has; `reason` is reported if another one is asked because of it. */
export type SourceAnswer<Found> =
  | { readonly kind: 'found'; readonly found: Found }
  | { readonly kind: 'lacking'; readonly reason: string };

/** How to report a change of source, and when to stop. */
export interface InTurnOptions {
  /** The name of what was requested from a source; by default the source itself. */
  readonly located?: (source: ReleaseSource) => string;
  /** False if it is no use to ask another source. */
  readonly goesOn?: () => boolean;
}

/**
 * Asks one source after the other until one has the file.
 *
 * @param sources in order of preference.
 * @returns undefined if all of them answered and none has it.
 * @throws UnavailableError if none has it and one could not be asked: during an outage we cannot know what is there,
 *   so this outranks another source's "not found". RequestError `usage` if there is no source.
 */
export async function askInTurn<Found>(
  sources: readonly ReleaseSource[],
  report: Report,
  ask: (source: ReleaseSource) => Promise<SourceAnswer<Found>>,
  { located = ({ shown }) => shown, goesOn = () => true }: InTurnOptions = {},
): Promise<Found | undefined> {
  if (sources.length === 0) throw new RequestError('usage', 'there is no source to fetch from');
  const failures: FailedSource[] = [];
  const lacking: string[] = [];
  for (const [index, source] of sources.entries()) {
    const answer = await orFailure(ask(source));
    if (answer.kind === 'found') return answer.found;
    if (answer.kind === 'failed') failures.push({ source: located(source), error: answer.error });
    else lacking.push(located(source));
    const next = sources[index + 1];
    if (next === undefined || !goesOn()) break;
    const reason = answer.kind === 'failed' ? shortReason(answer.error) : answer.reason;
    report({ kind: 'next-source', from: located(source), to: located(next), reason });
  }
  const [first, ...others] = failures;
  if (first !== undefined) throw everySourceFailed([first, ...others], lacking);
  return undefined;
}

/** The cause only: the event already says what was requested and where. */
function shortReason({ cause, message }: UnavailableError): string {
  return cause instanceof Error && !(cause instanceof K8sVerifyError) ? cause.message : message;
}

async function orFailure<Found>(
  answer: Promise<SourceAnswer<Found>>,
): Promise<SourceAnswer<Found> | { readonly kind: 'failed'; readonly error: UnavailableError }> {
  return answer.catch((error: unknown) => {
    if (error instanceof UnavailableError) return { kind: 'failed', error } as const;
    throw error;
  });
}

/** A source that failed, and why. */
interface FailedSource {
  readonly source: string;
  readonly error: UnavailableError;
}

/**
 * One error for all sources that failed, each with its reason. The code and the advice come from the last one that
 * could not be reached, or else from the last one.
 *
 * @param lacking sources that answered but have no such file.
 */
function everySourceFailed(
  failures: readonly [FailedSource, ...FailedSource[]],
  lacking: readonly string[],
): UnavailableError {
  const [first] = failures;
  const { error: last } =
    failures.findLast(({ error: { code } }) => code === 'network' || code === 'timeout') ??
    failures.at(-1) ??
    first;
  if (failures.length === 1 && lacking.length === 0) return first.error;
  const reasons = withoutRepetition(failures.map(namingSource));
  const others = lacking.length === 0 ? '' : `; not found at ${lacking.join(', ')}`;
  return new UnavailableError(last.code, `${reasons}${others}`, {
    ...(last.next === undefined ? {} : { next: last.next }),
    cause: new AggregateError(failures.map(({ error }) => error)),
  });
}

function namingSource({ source, error: { message, found, from } }: FailedSource): string {
  if (from !== undefined) return `${message} (${from})`;
  if (message.includes(source)) return message;
  return `${message} (${source}${found === undefined ? '' : ` has ${found}`})`;
}

/** If every reason begins with the same "could not fetch the signature of kubectl v1.26.0: ", says it only once. */
function withoutRepetition(reasons: readonly string[]): string {
  const [first = ''] = reasons;
  const opening = first.slice(0, first.indexOf(': ') + 1);
  const repeated = opening !== '' && reasons.every((reason) => reason.startsWith(opening));
  const rest = repeated ? reasons.map((reason) => reason.slice(opening.length).trim()) : reasons;
  return `${repeated ? `${opening} ` : ''}${rest.join('; then ')}`;
}
