/** The options of `scan`. */
import { RequestError } from '../errors.ts';
import { BUILDERS } from '../names/builders.ts';
import { excerpt } from '../text/excerpt.ts';
import { FORM, option, WHERE_TO } from './option-groups.ts';
import type { CliOption } from './option.ts';

export const root = (): CliOption =>
  option(
    WHERE_TO,
    '--root <DIR>',
    'take this directory for the root of the machine: a mounted host or image',
  );

export const processes = (): CliOption =>
  option(WHERE_TO, '--processes', 'also what runs, by /proc, also if its file is gone (Linux)');

export const oneFileSystem = (): CliOption =>
  option(WHERE_TO, '--one-file-system', 'go into no other file system below a PATH');

export const allowVendor = (): CliOption =>
  option(
    WHERE_TO,
    '--allow-vendor <NAMES>',
    `a file with the mark of these builders does not fail the run, and stays unproved: ${BUILDERS.join(', ')}`,
  ).reads(readBuilders);

export const allowDigest = (): CliOption =>
  option(
    WHERE_TO,
    '--allow-digest <FILE>',
    'a file with one of these digests does not fail the run; each line has a SHA-256 and the reason',
  );

export const jsonLines = (): CliOption =>
  option(FORM, '--json-lines', 'one JSON object for each program, as soon as it is judged').conflicts('json');

export const metrics = (): CliOption =>
  option(
    FORM,
    '--metrics <FILE>',
    "also write what was found for Prometheus' textfile collector, with one rename; also where the scan fails",
  );

function readBuilders(text: string, source: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !BUILDERS.includes(name));
  if (unknown === undefined) return names;
  throw new RequestError('usage', `${source} does not know the builder ${excerpt(unknown)}`, {
    wanted: BUILDERS.join(', '),
    found: excerpt(unknown),
    next: 'write known names with commas between them, or accept exact files with --allow-digest FILE',
  });
}
