import type { Fields } from '../strict/fields.ts';
import { encodeHex } from '../strict/hex.ts';
import { excerpt } from '../text/excerpt.ts';
import type { Demand } from './policy.ts';
import type { Denied, PolicyException } from './policy-file.ts';
import { readReason, texts } from './policy-values.ts';

const DEMANDS: readonly Demand[] = [
  'allowed',
  'maxPatchesBehind',
  'minimumAge',
  'boundName',
  'signedEntryTimestamp',
  'inclusionProof',
  'deniedSigningTimes',
  'deniedLogIndexes',
];

/** @param denied what no exception lifts: a digest cannot be denied and excepted at once. */
export function readException(fields: Fields, denied: Denied): PolicyException {
  const sha256 = encodeHex(fields.hex('sha256', 32));
  if (denied.digests.some((one) => one.sha256 === sha256)) {
    throw fields.flawed('sha256', 'a digest that is not denied', `${sha256}, which denied.digests has`);
  }
  const lifts = texts(fields, 'lifts').map((text, index) => {
    const demand = DEMANDS.find((one) => one === text);
    if (demand !== undefined) return demand;
    throw fields.flawed(`lifts[${index}]`, `one of ${DEMANDS.join(', ')}`, excerpt(text));
  });
  return { sha256, lifts, reason: readReason(fields), ...readEnd(fields) };
}

const DAY_MS = 86_400_000;

/** A day, which counts to its end in UTC, or a time. */
function readEnd(fields: Fields): Pick<PolicyException, 'until' | 'end'> {
  const text = fields.text('until');
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) {
    const end = fields.timestamp('until');
    if (end !== undefined) return { until: text, end };
  }
  const day = new Date(`${text}T00:00:00.000Z`);
  const exists = !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
  if (exists) return { until: text, end: new Date(day.getTime() + DAY_MS) };
  throw fields.flawed('until', 'a day like 2026-12-31, or a time like 2026-12-31T18:00:00Z', excerpt(text));
}
