import { UnavailableError } from '../errors.ts';
import { shownUrl } from './shown-url.ts';

/** A base URL, and why nothing could be had from it. */
export interface FailedSource {
  readonly source: string;
  readonly error: UnavailableError;
}

/**
 * One error for all sources that failed, each with its reason. The code and the advice are those of the last one, since
 * it was the last hope.
 *
 * @param lacking base URLs that answered, and have no such file.
 */
export function everySourceFailed(
  failures: readonly [FailedSource, ...FailedSource[]],
  lacking: readonly string[] = [],
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
