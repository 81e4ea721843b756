/**
 * Runs a task for each item, at most `limit` at a time. The first failure aborts the others. It is thrown after all of
 * them have ended, so that everything is cleaned up by then.
 *
 * @returns the results in the order of the items.
 */
export async function sideBySide<Item, Result>(
  items: readonly Item[],
  limit: number,
  signal: AbortSignal | undefined,
  task: (item: Item, signal: AbortSignal) => Promise<Result>,
): Promise<readonly Result[]> {
  const abort = new AbortController();
  const either = signal === undefined ? abort.signal : AbortSignal.any([signal, abort.signal]);
  const results: { readonly index: number; readonly result: Result }[] = [];
  const failures: unknown[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (abort.signal.aborted) return;
      try {
        results.push({ index, result: await task(item, either) });
      } catch (error) {
        failures.push(error);
        abort.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return results.toSorted((a, b) => a.index - b.index).map(({ result }) => result);
}
