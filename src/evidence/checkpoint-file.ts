/**
 * `checkpoints.json`: the newest signed head of each tree of a transparency log, to be carried with evidence. Each is a
 * signed note, and counts only once its signature is checked.
 */
import { K8sVerifyError } from '../errors.ts';
import { MAX_CHECKPOINT_BYTES, MAX_KEPT_CHECKPOINTS } from '../limits.ts';
import { isJsonObject, parseJsonStrictly } from '../strict/json.ts';

/** More than all of them can have. */
export const MAX_CHECKPOINT_FILE_BYTES: number = MAX_KEPT_CHECKPOINTS * 2 * MAX_CHECKPOINT_BYTES;

/** @param checkpoints signed notes by the origin that they name. */
export function formatCheckpoints(checkpoints: ReadonlyMap<string, string>): string {
  const sorted = Array.from(checkpoints).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify(Object.fromEntries(sorted), undefined, 1)}\n`;
}

/** What the file says; empty if it is malformed, since nothing rests on it. */
export function readCheckpoints(bytes: Uint8Array): ReadonlyMap<string, string> {
  try {
    const document = parseJsonStrictly(bytes, 'the checkpoints', { maxBytes: MAX_CHECKPOINT_FILE_BYTES });
    if (!isJsonObject(document)) return new Map();
    const texts = Object.entries(document).flatMap(([tree, note]) =>
      typeof note === 'string' && note.startsWith(`${tree}\n`) ? [[tree, note] as const] : [],
    );
    return new Map(texts.slice(0, MAX_KEPT_CHECKPOINTS));
  } catch (error) {
    if (!(error instanceof K8sVerifyError)) throw error;
    return new Map();
  }
}
