import { posix } from 'node:path';
import { excerpt } from '../text/excerpt.ts';
import { InstallError } from '../errors.ts';
import { nearestFew } from '../text/nearest.ts';
import type { ArchiveMember } from './member.ts';

/** How many near misses a message lists. */
const SHOWN = 5;

/**
 * Selects the requested members of an archive. A name is a path (`kubernetes/client/bin/kubectl`; a directory stands
 * for everything in it), or the last part of a path if only one file has it (`kubectl`). If a name is both, the path
 * wins. The meaning of a name is known only at the end of the archive, so candidates are accepted as they come, and
 * those that lose to a path are returned at the end.
 */
export class MemberSelection {
  readonly #asked: readonly string[];
  /** The files that each name may stand for. */
  readonly #byPath: ReadonlyMap<string, string[]>;
  readonly #byLastPart: ReadonlyMap<string, string[]>;
  readonly #files: string[] = [];

  constructor(asked: readonly string[]) {
    this.#asked = [...new Set(asked.map((name) => name.replace(/^\.\//u, '').replace(/\/+$/u, '')))];
    this.#byPath = new Map(this.#asked.map((name) => [name, []]));
    this.#byLastPart = new Map(this.#asked.map((name) => [name, []]));
  }

  /** Whether the member may be a requested one. */
  offer({ path, kind }: ArchiveMember): boolean {
    const byPath = this.#namesFor(path);
    for (const name of byPath) this.#byPath.get(name)?.push(path);
    if (kind === 'directory') return byPath.length > 0;
    this.#files.push(path);
    const byLastPart = this.#byLastPart.get(posix.basename(path));
    byLastPart?.push(path);
    return byPath.length > 0 || byLastPart !== undefined;
  }

  /**
   * Call at the end of the archive. Returns the candidates that were not meant after all.
   *
   * @throws InstallError `archive-member-missing` if a name stands for nothing or for more than one file.
   */
  finish(): readonly string[] {
    const displaced: string[] = [];
    for (const name of this.#asked) {
      const candidates = this.#byLastPart.get(name) ?? [];
      if ((this.#byPath.get(name) ?? []).length > 0) {
        displaced.push(...candidates.filter((path) => this.#namesFor(path).length === 0));
      } else if (candidates.length === 0) throw memberMissing(name, this.#files);
      else if (candidates.length > 1) throw ambiguous(name, candidates);
    }
    return displaced;
  }

  /** The names that stand for a path: its own and those of the directories above it. */
  #namesFor(path: string): readonly string[] {
    const parts = path.split('/');
    const above = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
    return above.filter((name) => this.#byPath.has(name));
  }
}

/** `archive-member-missing`, with similar names. */
export function memberMissing(name: string, files: readonly string[]): InstallError {
  const near = nearestPaths(name, files);
  return new InstallError('archive-member-missing', `the archive has no member ${excerpt(name)}`, {
    wanted: 'a path in the archive, or the last part of exactly one path',
    found:
      near.length === 0 ? `${files.length} files, none of a similar name` : `near it: ${near.join(', ')}`,
    next: 'list the members of the archive, and copy the name from that list',
  });
}

function ambiguous(name: string, paths: readonly string[]): InstallError {
  const more = paths.length > SHOWN ? ` and ${paths.length - SHOWN} more` : '';
  return new InstallError('archive-member-missing', `${excerpt(name)} stands for ${paths.length} members`, {
    wanted: 'a path in the archive, or the last part of exactly one path',
    found: `${paths.slice(0, SHOWN).join(', ')}${more}`,
    next: 'name one by its whole path',
  });
}

function nearestPaths(name: string, files: readonly string[]): readonly string[] {
  const wanted = posix.basename(name);
  const lastParts = [...new Set(files.map((path) => posix.basename(path)))];
  const near = new Set(nearestFew(wanted, lastParts, SHOWN));
  return files.filter((path) => near.has(posix.basename(path))).slice(0, SHOWN);
}
