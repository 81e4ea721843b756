import { expect, it } from 'vitest';
import { giveWay } from '../../../src/flow/give-way.ts';

it('lets the event loop turn many times: a download takes little in each turn', async () => {
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  await giveWay();
  isOver = true;
  expect(turns).toBeGreaterThanOrEqual(30);
});
