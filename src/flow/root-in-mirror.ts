/** A trusted root that comes from where the files come from: those who fill that place decide then what is proved. */
import { realpathSync } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';
import { note, type Note } from '../notes.ts';
import type { NetworkRequest, TrustRequest } from '../plan/request.ts';
import { DirectorySource } from '../source/directory-source.ts';

/** A note where the named file lies in a directory that the run takes files and evidence from. */
export function rootInMirror({
  trustedRootFile,
  sources = [],
}: TrustRequest & Pick<NetworkRequest, 'sources'>): Note | undefined {
  const directories = sources.filter((source) => source instanceof DirectorySource);
  if (trustedRootFile === undefined || directories.length === 0) return undefined;
  const file = withoutLinks(trustedRootFile);
  const around = directories.find(({ root }) => file !== undefined && isWithin(root, file));
  if (around === undefined) return undefined;
  const text =
    `the trusted root ${trustedRootFile} lies in the mirror ${around.shown}: those who can change that directory decide ` +
    'what is proved; leave out --trusted-root, or take one that came another way';
  return note('trusted-root-in-mirror', text);
}

/** Undefined for what has no place on a disk, such as a pipe. */
function withoutLinks(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function isWithin(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
