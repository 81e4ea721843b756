import { shownUrl } from '../text/shown-url.ts';
import { RequestError, UnavailableError } from '../errors.ts';
import type { Report } from '../progress.ts';

/** What one release server has; `reason` is told where another one is asked because of it. */
export type SourceAnswer<Found> =
  | { readonly kind: 'found'; readonly found: Found }
  | { readonly kind: 'lacking'; readonly reason: string };

/**
 * Asks one release server after the other, until one has what is wanted.
 *
 * @param sources base URLs, in order of preference.
 * @returns undefined where every one of them answered, and none has it.
 * @throws UnavailableError where none has it and one could not be asked: an outage says nothing about what is there, so
 *   it outranks another's "not found". RequestError `usage` where there is nobody to ask.
 */
export async function askInTurn<Found>(
  sources: readonly string[],
  report: Report,
  ask: (source: string) => Promise<SourceAnswer<Found>>,
): Promise<Found | undefined> {
  if (sources.length === 0) throw new RequestError('usage', 'no source to fetch from is named');
  const failures: FailedSource[] = [];
  const lacking: string[] = [];
  for (const [index, source] of sources.entries()) {
    const answer = await orFailure(ask(source));
    if (answer.kind === 'found') return answer.found;
    if (answer.kind === 'failed') failures.push({ source, error: answer.error });
    else lacking.push(source);
    const next = sources[index + 1];
    if (next === undefined) break;
    const reason = answer.kind === 'failed' ? answer.error.message : answer.reason;
    report({ kind: 'next-source', from: shownUrl(source), to: shownUrl(next), reason });
  }
  const [first, ...others] = failures;
  if (first !== undefined) throw everySourceFailed([first, ...others], lacking);
  return undefined;
}

async function orFailure<Found>(
  answer: Promise<SourceAnswer<Found>>,
): Promise<SourceAnswer<Found> | { readonly kind: 'failed'; readonly error: UnavailableError }> {
  return answer.catch((error: unknown) => {
    if (error instanceof UnavailableError) return { kind: 'failed', error } as const;
    throw error;
  });
}

/** A base URL, and why nothing could be had from it. */
interface FailedSource {
  readonly source: string;
  readonly error: UnavailableError;
}

/**
 * One error for all sources that failed, each with its reason. The code and the advice are those of the last one, since
 * it was the last hope.
 *
 * @param lacking base URLs that answered, and have no such file.
 */
function everySourceFailed(
  failures: readonly [FailedSource, ...FailedSource[]],
  lacking: readonly string[],
): UnavailableError {
  const [first] = failures;
  const { error: last } = failures.at(-1) ?? first;
  if (failures.length === 1 && lacking.length === 0) return first.error;
  const reasons = withoutRepetition(failures.map(namingSource));
  const others = lacking.length === 0 ? '' : `; not found at ${lacking.map(shownUrl).join(', ')}`;
  return new UnavailableError(last.code, `${reasons}${others}`, {
    ...(last.advice === undefined ? {} : { advice: last.advice }),
    cause: new AggregateError(failures.map(({ error }) => error)),
  });
}

function namingSource({ source, error: { message, found } }: FailedSource): string {
  const url = shownUrl(source);
  if (message.includes(url)) return message;
  return `${message} (${url}${found === undefined ? '' : ` has ${found}`})`;
}

/** "could not fetch the signature of kubectl v1.26.0: " is said once, where it stands before every reason. */
function withoutRepetition(reasons: readonly string[]): string {
  const [first = ''] = reasons;
  const opening = first.slice(0, first.indexOf(': ') + 1);
  const repeated = opening !== '' && reasons.every((reason) => reason.startsWith(opening));
  const rest = repeated ? reasons.map((reason) => reason.slice(opening.length).trim()) : reasons;
  return `${repeated ? `${opening} ` : ''}${rest.join('; then ')}`;
}
