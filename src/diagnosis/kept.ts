/** What earlier runs kept, and whether this user's runs can keep more. */
import type { DataLook, KeptEvidence, OwnPlace } from '../data/look.ts';
import { size } from '../text/sizes.ts';
import { type Finding, noted, ok } from './finding.ts';

/** Nothing here stops a run. */
export function lookAtKept({ own, evidence }: DataLook): readonly Finding[] {
  const first = evidence.length > 0 ? evidence.map(keptWords).join('; ') : nothingYet(own);
  return [...(first === undefined ? [] : [ok('evidence', first)]), ...troubleOf(own)];
}

function keptWords({ files, bytes, path }: KeptEvidence): string {
  return `${files} ${files === 1 ? 'file' : 'files'} kept, ${size(bytes)}, ${path}`;
}

function nothingYet(own: OwnPlace): string | undefined {
  if (own.kind === 'ready') return `none kept yet, ${own.path}`;
  return own.kind === 'absent' ? `none kept yet, ${own.path}, which the first run makes` : undefined;
}

const FOLLOWS =
  'each run asks the network again, and none remembers which file a name meant; choose another place with --data-dir';

function troubleOf(own: OwnPlace): readonly Finding[] {
  switch (own.kind) {
    case 'ready':
    case 'absent':
      return [];
    case 'nowhere':
      return [noted('data directory', 'this user has no home directory', FOLLOWS)];
    case 'unusable':
      return [noted('data directory', `nothing can be kept in ${own.path}: ${own.why}`, FOLLOWS)];
  }
}
