/** Transfers that end too early, too late, or never. */
import { setTimeout as wait } from 'node:timers/promises';
import { type Fault, fault } from '#support/http/faults';
import { readWhole } from '#support/http/reply';
import { aboutEvidence, always, once, refused, type TransportFault } from './transport-fault.ts';

/** The honest body, a byte at a time. */
const dripping: Fault = async (honest) => {
  const whole = await readWhole(honest.body ?? '');
  const body = {
    size: whole.length,
    async *read(start: number, end: number) {
      for (let at = start; at < end; at += 1) {
        await wait(25);
        yield whole.subarray(at, at + 1);
      }
    },
  };
  return { reply: { ...honest, body } };
};

const slowStart: Fault = async (honest) => {
  await wait(300);
  return { reply: honest };
};

export const BROKEN_TRANSFERS: readonly TransportFault[] = [
  {
    name: 'a reset instead of an answer, once',
    setUp: once(() => fault.reset()),
    reason: 'connection ',
    ends: 'passes',
    retries: 1,
    command: 'search',
  },
  {
    name: 'resets for good',
    setUp: always(() => fault.reset()),
    reason: 'connection ',
    ends: 'network',
    retries: 2,
    command: '.cert',
  },
  {
    name: 'a body that is cut short, once',
    setUp: once(({ part }) => fault.truncate(part)),
    reason: 'bytes',
    ends: 'passes',
    retries: 1,
    command: 'binary',
  },
  {
    name: 'a body that is reset, once',
    setUp: once(({ part }) => fault.reset(part)),
    reason: 'connection ',
    ends: 'passes',
    retries: 1,
    command: 'binary',
  },
  {
    name: 'bodies that are cut short for good',
    setUp: always(({ part }) => fault.truncate(part)),
    reason: 'bytes',
    ends: 'network',
    retries: 2,
    command: '.cert',
  },
  {
    name: 'silence instead of an answer, once',
    setUp: once(() => fault.stall()),
    reason: 'no answer for 300 ms',
    ends: 'passes',
    retries: 1,
    http: { stallTimeoutMs: 300 },
  },
  {
    name: 'silence for good',
    setUp: always(() => fault.stall()),
    reason: 'no answer for 300 ms',
    ends: 'timeout',
    retries: 2,
    http: { stallTimeoutMs: 300 },
  },
  {
    name: 'a body that stalls, once',
    setUp: once(({ part }) => fault.stall(part)),
    reason: 'no byte for 300 ms after',
    ends: 'passes',
    retries: 1,
    http: { stallTimeoutMs: 300 },
  },
  {
    name: 'bodies that stall for good',
    setUp: always(({ part }) => fault.stall(part)),
    reason: 'no byte for 300 ms after',
    ends: 'timeout',
    retries: 2,
    http: { stallTimeoutMs: 300 },
  },
  {
    name: 'a stall beyond the deadline',
    setUp: always(() => fault.stall()),
    reason: 'not done within',
    ends: 'timeout',
    retries: 0,
    http: { timeoutMs: 2000 },
    targets: ['.sig', 'look-up'],
    args: ['--timeout', '4s'],
    command: 'look-up',
  },
  {
    name: 'a body that drips',
    setUp: always(() => dripping),
    reason: 'not done within',
    ends: 'timeout',
    retries: 0,
    http: { timeoutMs: 2000 },
    targets: ['binary', '.cert', 'look-up'],
    args: ['--timeout', '4s'],
    command: 'binary',
  },
  {
    name: 'a slow start',
    setUp: always(() => slowStart),
    reason: '',
    ends: 'passes',
    retries: 0,
    command: '.sigstore.json',
  },
  {
    name: 'a body without end',
    setUp: always(({ world, target }) => {
      if (target.name === 'binary') world.releases.http.limitRate(8_000_000);
      return fault.endless();
    }),
    reason: 'not done within',
    ends: 'timeout',
    retries: 0,
    http: { timeoutMs: 1500 },
    outcomes: {
      ...aboutEvidence('material-oversized', 'too large'),
      marker: refused('response-invalid', 'too large'),
    },
    command: '.sig',
  },
];
