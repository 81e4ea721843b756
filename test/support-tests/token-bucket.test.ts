import { expect, it } from 'vitest';
import { TokenBucket } from '#support/http/token-bucket';

it('a rate lets the bytes of 20 ms pass at once, and then as many as the rate says, in pieces of 5 ms', async () => {
  let now = 0;
  const clock = {
    now: () => now,
    wait: async (milliseconds: number) => {
      now += milliseconds;
    },
  };
  const bucket = new TokenBucket(8_000_000, clock);
  expect(bucket.pieceBytes).toBe(5000);
  await bucket.take(20_000);
  expect(now).toBe(0);
  for (let taken = 0; taken < 300_000; taken += bucket.pieceBytes) await bucket.take(bucket.pieceBytes);
  expect(now).toBe(300);
  now += 1000;
  await bucket.take(20_000);
  expect(now).toBe(1300);
  await bucket.take(5000);
  expect(now).toBe(1305);
});
