/** Answers that are none: a status in place of the file. */
import { fault } from '#support/http/faults';
import type { TargetName } from '../targets.ts';
import { always, NOT_THE_LOG, once, type Outcome, refused, type TransportFault } from './transport-fault.ts';

const INSTALLED: Outcome = { kind: 'installed' };

/** Files that are not there mean something, and none of it is an outage. */
const ABSENT: Partial<Record<TargetName, Outcome>> = {
  binary: refused('artifact-not-found', 'does not exist'),
  '.sig': refused('mirror-incomplete', '404 for .sig'),
  '.cert': refused('mirror-incomplete', '404 for .cert'),
  '.sha256': INSTALLED,
  '.sigstore.json': INSTALLED,
  marker: refused('release-not-found', 'there is no release for stable-1.30'),
};

const PASSING_STATUSES = [408, 425, 429, 500, 502, 503, 504].map((status): TransportFault => ({
  name: `status ${status} once`,
  setUp: once(() => fault.status(status, { retryAfter: 0 })),
  reason: `HTTP ${status}`,
  ends: 'passes',
  retries: 1,
}));

export const STATUS_FAULTS: readonly TransportFault[] = [
  ...PASSING_STATUSES,
  {
    name: 'status 503 twice',
    setUp: once(() => fault.status(503), 2),
    reason: 'HTTP 503 Service Unavailable',
    ends: 'passes',
    retries: 2,
    command: '.sig',
  },
  {
    name: 'status 429 with Retry-After in seconds',
    setUp: once(() => fault.status(429, { retryAfter: 1 })),
    reason: 'HTTP 429 Too Many Requests',
    ends: 'passes',
    retries: 1,
    targets: ['binary', 'look-up'],
    command: 'look-up',
  },
  {
    name: 'status 503 with Retry-After as a date',
    setUp: once(() => fault.status(503, { retryAfter: new Date(Date.now() + 1000) })),
    reason: 'HTTP 503',
    ends: 'passes',
    retries: 1,
    targets: ['.sig', 'marker'],
    command: 'marker',
  },
  {
    name: 'status 503 for good',
    setUp: always(() => fault.status(503)),
    reason: 'HTTP 503 Service Unavailable',
    ends: 'http-status',
    retries: 2,
    command: 'binary',
  },
  {
    name: 'status 429 for good',
    setUp: always(() => fault.status(429)),
    reason: 'HTTP 429 Too Many Requests',
    ends: 'rate-limited',
    retries: 2,
    command: 'look-up',
  },
  {
    name: 'status 403',
    setUp: always(() => fault.status(403)),
    reason: 'HTTP 403 Forbidden',
    ends: 'http-status',
    retries: 0,
    command: '.sigstore.json',
  },
  {
    name: 'status 404',
    setUp: always(() => fault.status(404)),
    reason: 'HTTP 404',
    ends: 'http-status',
    retries: 0,
    // Rekor never says so of an entry.
    outcomes: {
      ...ABSENT,
      'look-up': refused('response-invalid', NOT_THE_LOG),
    },
    command: '.sig',
  },
  {
    name: 'status 410',
    setUp: always(() => fault.status(410)),
    reason: 'HTTP 410',
    ends: 'http-status',
    retries: 0,
    outcomes: {
      ...ABSENT,
      '.sig': refused('mirror-incomplete'),
      '.cert': refused('mirror-incomplete'),
    },
    command: 'binary',
  },
  {
    name: 'status 304 without a condition in the request',
    setUp: always(() => fault.notModified()),
    reason: 'HTTP 304 Not Modified',
    ends: 'http-status',
    retries: 0,
    command: '.cert',
  },
];
