import { K8sVerifyError, RequestError, UnavailableError } from '../errors.ts';
import type { Report } from '../progress.ts';
import type { ReleaseSource } from './release-source.ts';

/** What one source has; `reason` is told where another one is asked because of it. */
export type SourceAnswer<Found> =
  | { readonly kind: 'found'; readonly found: Found }
  | { readonly kind: 'lacking'; readonly reason: string };

/** How a change of the source is told, and when there is none any more. */
export interface InTurnOptions {
  /** What was asked for, at a source; by default the source itself. */
  readonly located?: (source: ReleaseSource) => string;
  /** False where asking another source is of no use. */
  readonly goesOn?: () => boolean;
}

/**
 * Asks one source after the other, until one has what is wanted.
 *
 * @param sources in order of preference.
 * @returns undefined where every one of them answered, and none has it.
 * @throws UnavailableError where none has it and one could not be asked: an outage says nothing about what is there, so
 *   it outranks another's "not found". RequestError `usage` where there is no source to ask.
 */
export async function askInTurn<Found>(
  sources: readonly ReleaseSource[],
  report: Report,
  ask: (source: ReleaseSource) => Promise<SourceAnswer<Found>>,
  { located = ({ shown }) => shown, goesOn = () => true }: InTurnOptions = {},
): Promise<Found | undefined> {
  if (sources.length === 0) throw new RequestError('usage', 'no source to fetch from is named');
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

/** What went wrong on the way, without what was asked for and where: the event says that itself. */
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

/** Where something was asked for, and why it could not be had. */
interface FailedSource {
  readonly source: string;
  readonly error: UnavailableError;
}

/**
 * One error for all sources that failed, each with its reason. The code and the advice are those of the last one, since
 * it was the last hope; but rather of one that could not be reached than of one that answered.
 *
 * @param lacking sources that answered, and have no such file.
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

function namingSource({ source, error: { message, found } }: FailedSource): string {
  if (message.includes(source)) return message;
  return `${message} (${source}${found === undefined ? '' : ` has ${found}`})`;
}

/** "could not fetch the signature of kubectl v1.26.0: " is said once, where it stands before every reason. */
function withoutRepetition(reasons: readonly string[]): string {
  const [first = ''] = reasons;
  const opening = first.slice(0, first.indexOf(': ') + 1);
  const repeated = opening !== '' && reasons.every((reason) => reason.startsWith(opening));
  const rest = repeated ? reasons.map((reason) => reason.slice(opening.length).trim()) : reasons;
  return `${repeated ? `${opening} ` : ''}${rest.join('; then ')}`;
}
