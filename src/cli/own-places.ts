/** The files that a command line names for its outputs: each needs a place of its own, or one would be lost. */
import { resolve, sep } from 'node:path';
import { RequestError } from '../errors.ts';
import type { Options } from './parsed-line.ts';

const OUTPUTS = ['output', 'attest', 'report', 'metrics'] as const;

/** @throws RequestError `usage` */
export function assertOwnPlaces(options: Pick<Options, (typeof OUTPUTS)[number]>): void {
  const taken = new Map<string, string>();
  for (const name of OUTPUTS) {
    const path = options[name];
    if (path === undefined) continue;
    if (name !== 'output' && (path.endsWith('/') || path.endsWith(sep))) {
      throw new RequestError('usage', `--${name} names a directory`, {
        wanted: `--${name} FILE`,
        found: path,
        next: 'add the name of the file',
      });
    }
    const place = resolve(path);
    const other = taken.get(place);
    if (other !== undefined) {
      throw new RequestError('usage', `--${other} and --${name} name the same file`, {
        wanted: 'a file for each',
        found: path,
        next: 'name another file for one of them',
      });
    }
    taken.set(place, name);
  }
}
