/** The errors behind an error, in words. */
import { printable } from './printable.ts';

/** The messages of the errors behind an error, nearest first; a circle of causes ends. */
export function causesOf(error: unknown): readonly string[] {
  const seen = new Set<unknown>([error]);
  const messages: string[] = [];
  let cause: unknown = error instanceof Error ? error.cause : undefined;
  while (cause !== undefined && cause !== null && !seen.has(cause) && seen.size < 16) {
    seen.add(cause);
    messages.push(printable(describeCause(cause)));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return messages;
}

function describeCause(cause: unknown): string {
  if (cause instanceof AggregateError) {
    return [cause.message, ...cause.errors.map((error) => describeCause(error))].filter(Boolean).join('; ');
  }
  if (!(cause instanceof Error)) return String(cause);
  const code = 'code' in cause && typeof cause.code === 'string' ? ` [${cause.code}]` : '';
  return `${cause.name}: ${cause.message}${code}`;
}
