import { relative, resolve } from 'node:path';
import { excerpt } from '../text/excerpt.ts';
import { RequestError } from '../errors.ts';
import type { Options } from './parsed-line.ts';

/** Characters that end a line, that a terminal obeys, or that cannot be encoded. */
const UNFIT = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;

/**
 * Refuses, before anything is done, a path that cannot be printed on one line as it is. A script takes each line for the
 * path of a proved file. A newline in a path would name a second file that is not proved, and an escape in its place could
 * be the name of a third. In JSON every path is exact.
 *
 * @throws RequestError `usage`
 */
export function assertFitsLine({ json }: Options, path: string): void {
  const whole = resolve(path);
  if (json === true || !UNFIT.test(whole)) return;
  throw new RequestError('usage', `the path ${excerpt(whole, 200)} cannot be printed on a line`, {
    wanted: 'a path without control characters and line separators',
    found: 'one with them',
    why: 'scripts read the result by lines, each of them a path, and would take parts of this one for another',
    next: 'use another name, or --json, which has every path exactly',
  });
}

/** Below the working directory as a person would write it. */
export function shownPath(path: string): string {
  const near = relative('', path);
  return near === '' || near.startsWith('..') ? path : near;
}
