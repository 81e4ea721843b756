import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Pace } from '../../../src/evidence/pace.ts';

/** A clock that stands still until it is waited for. */
class StillClock {
  time = 0;
  now(): number {
    return this.time;
  }
  /** What has begun has its turn before the time goes on. */
  async wait(milliseconds: number): Promise<void> {
    await setImmediate();
    this.time += milliseconds;
  }
}

/** Tasks that end when they are told to. */
function openTasks(
  pace: Pace,
  count: number,
): { readonly begun: number[]; end(task: number): Promise<void> } {
  const begun: number[] = [];
  const ends = Array.from({ length: count }, () => Promise.withResolvers<void>());
  const runs = ends.map(({ promise }, task) =>
    pace.run(() => {
      begun.push(task);
      return promise;
    }),
  );
  return {
    begun,
    end: async (task) => {
      ends[task]?.resolve();
      await runs[task];
    },
  };
}

describe('Pace', () => {
  it('lets no more than its number run at once, in the order in which they come', async () => {
    const tasks = openTasks(new Pace({ atOnce: 2 }), 4);
    await Promise.resolve();
    expect(tasks.begun).toEqual([0, 1]);
    await tasks.end(1);
    expect(tasks.begun).toEqual([0, 1, 2]);
    await tasks.end(0);
    expect(tasks.begun).toEqual([0, 1, 2, 3]);
  });

  it('lets no more than its number begin within a second', async () => {
    const clock = new StillClock();
    const pace = new Pace({ atOnce: 100, perSecond: 5 }, clock);
    const begun = await Promise.all(
      Array.from({ length: 12 }, () => pace.run(() => Promise.resolve(clock.now()))),
    );
    expect(begun).toEqual([0, 0, 0, 0, 0, 1000, 1000, 1000, 1000, 1000, 2000, 2000]);
  });

  it('goes on after a task that failed', async () => {
    const pace = new Pace({ atOnce: 1 });
    const failed = pace.run(() => Promise.reject(new Error('no')));
    const next = pace.run(() => Promise.resolve('yes'));
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('yes');
  });
});
