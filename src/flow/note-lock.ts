import { note, type Note } from '../notes.ts';
import type { Report } from '../progress.ts';

/**
 * Notes who else can change a lockfile, and with it what is installed: genuine files only, but other ones. That is not a
 * failure, for the reasons of an install. If the system does not tell, there is no note.
 */
export async function noteLockChangers(lockfile: string, report: Report): Promise<readonly Note[]> {
  const { othersCanChange } = await import('../disk/who-can-change.ts');
  const others = (await othersCanChange(lockfile)) ?? [];
  const notes = others.map(({ who, path }) =>
    note('others-can-change', `${who} can change the lockfile ${lockfile}, through ${path}`),
  );
  for (const one of notes) report({ kind: 'note', ...one });
  return notes;
}
