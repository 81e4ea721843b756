/** What of a program on a machine needs a look, genuine or not. */
import type { ScanRow } from './report-data.ts';

const WRITABLE_BY_ALL = 0o002;
const WRITABLE_BY_GROUP = 0o020;

/** Who besides its owner can change the file itself, by its mode; the directories above it count as well. */
export function whoCanWrite({ mode }: ScanRow): 'everybody' | 'its group' | undefined {
  const bits = Number.parseInt(mode ?? '0', 8);
  if ((bits & WRITABLE_BY_ALL) !== 0) return 'everybody';
  return (bits & WRITABLE_BY_GROUP) !== 0 ? 'its group' : undefined;
}

/** Whether a reader has to look at it: what is not proved, and what everybody can replace. */
export function needsALook(row: ScanRow): boolean {
  return !row.proved || whoCanWrite(row) === 'everybody' || row.deleted === true;
}

/** `kubelet v1.30.2 linux/amd64`; undefined where it says nothing. */
export function saidName({ component, version, platform }: ScanRow): string | undefined {
  const parts = [component, version, platform].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(' ');
}
