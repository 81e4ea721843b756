import { describe, expect, it } from 'vitest';
import { JudgingLine, type Judgement } from '../../../src/flow/judging-line.ts';

/** A line, what happened in it, and a judgement whose preparation ends when it is told. */
function started(most: number): {
  readonly line: JudgingLine;
  readonly events: string[];
  readonly one: (name: string, judge?: () => Promise<void>) => Judgement;
} {
  const events: string[] = [];
  const one = (name: string, judge: () => Promise<void> = () => Promise.resolve()): Judgement => ({
    judge: async () => {
      await judge();
      events.push(name);
    },
    release: () => Promise.resolve(void events.push(`${name} let go`)),
  });
  return { line: new JudgingLine(most), events, one };
}

describe('a line', () => {
  it('judges in the order of asking, whatever is ready first', async () => {
    const { line, events, one } = started(9);
    const { promise, resolve } = Promise.withResolvers<void>();
    await line.add(one('slow', () => promise));
    await line.add(one('quick'));
    expect(events).toEqual([]);
    resolve();
    await line.end();
    expect(events).toEqual(['slow', 'slow let go', 'quick', 'quick let go']);
  });

  it('lets only so many wait', async () => {
    const { line, events, one } = started(1);
    const { promise, resolve } = Promise.withResolvers<void>();
    await line.add(one('first', () => promise));
    const second = line.add(one('second'));
    expect(await Promise.race([second.then(() => 'added'), Promise.resolve('waits')])).toBe('waits');
    resolve();
    await second;
    expect(events).toContain('first let go');
    await line.end();
  });

  it('ends with the first failure, judges no more, and lets everything go', async () => {
    const { line, events, one } = started(9);
    const { promise, reject } = Promise.withResolvers<void>();
    await line.add(one('bad', () => promise));
    await line.add(one('next'));
    reject(new Error('of the run'));
    await expect(line.end()).rejects.toThrow('of the run');
    await expect(line.add(one('late'))).rejects.toThrow('of the run');
    await line.drop();
    expect(events).toEqual(['bad let go', 'next let go', 'late let go']);
  });
});
