import { describe, expect, it } from 'vitest';
import { sideBySide } from '../../../src/flow/side-by-side.ts';

describe('sideBySide', () => {
  it('gives results in the order of the items, whatever the order in which they end', async () => {
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const run = sideBySide([0, 1], 2, undefined, async (item) => {
      await gates[item]?.promise;
      return `result ${item}`;
    });
    gates[1]?.resolve();
    gates[0]?.resolve();
    expect(await run).toEqual(['result 0', 'result 1']);
  });

  it('never runs more than the limit at a time', async () => {
    let running = 0;
    let most = 0;
    await sideBySide([1, 2, 3, 4, 5], 2, undefined, async () => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
    });
    expect(most).toBe(2);
  });

  it('aborts the others at the first failure, and throws it once they have ended', async () => {
    const ended: string[] = [];
    const run = sideBySide(['fails', 'waits'], 2, undefined, async (item, signal) => {
      if (item === 'fails') throw new Error('first');
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true });
        if (signal.aborted) resolve();
      });
      ended.push(item);
    });
    await expect(run).rejects.toThrow('first');
    expect(ended).toEqual(['waits']);
  });

  it('starts nothing more after a failure', async () => {
    const started: number[] = [];
    const run = sideBySide([1, 2, 3], 1, undefined, async (item) => {
      started.push(item);
      return Promise.reject(new Error('no'));
    });
    await expect(run).rejects.toThrow('no');
    expect(started).toEqual([1]);
  });

  it("passes the caller's signal on", async () => {
    const abort = new AbortController();
    const run = sideBySide([1], 1, abort.signal, async (_, signal) => {
      abort.abort();
      return signal.aborted;
    });
    expect(await run).toEqual([true]);
  });
});
