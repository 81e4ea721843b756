/** The integrated time, and the signed entry timestamp that vouches for it. */
import { flipBit } from '#support/bytes';
import { canonicalJson } from '#support/sigstore/canonical-json';
import { signMessage } from '#support/sigstore/keys';
import { alterEntry, base64, V2, withoutPromise } from './alterations.ts';
import { accepted, blob, minutesAfterSigning, refused, type Vector, world } from './vector.ts';

export const INTEGRATED_TIME_VECTORS: readonly Vector[] = [
  accepted('integrated-time-with-signed-entry-timestamp', () => blob()),
  accepted('integrated-time-a-moment-ahead-of-this-clock', () =>
    blob({}, { now: minutesAfterSigning(-0.5) }),
  ),
  refused('integrated-time-without-signed-entry-timestamp_fail', 'time-untrusted', 'time', () =>
    blob(
      { timestamps: [{}] },
      alterEntry((entry) => void delete entry.inclusionPromise),
    ),
  ),
  refused('integrated-time-none-with-signed-entry-timestamp_fail', 'time-untrusted', 'time', () =>
    blob(
      { timestamps: [{}] },
      alterEntry((entry) => void delete entry.integratedTime),
    ),
  ),
  refused('integrated-time-changed_fail', 'log-entry-invalid', 'set', () =>
    blob(
      {},
      alterEntry((entry) => void (entry.integratedTime = String(Number(entry.integratedTime) + 1))),
    ),
  ),
  refused('integrated-time-beyond-all-dates_fail', 'time-untrusted', 'time', () =>
    blob(
      {},
      alterEntry((entry) => void (entry.integratedTime = '9223372036854775807')),
    ),
  ),
  refused('integrated-time-in-rekor-v2_fail', 'time-untrusted', 'time', () =>
    blob(
      V2,
      alterEntry((entry) => void (entry.integratedTime = '1772366400')),
    ),
  ),
  refused('integrated-time-with-a-promise-in-rekor-v2_fail', 'time-untrusted', 'time', () =>
    blob(
      V2,
      alterEntry((entry) => {
        const { rekorV2 } = world();
        const payload = {
          body: entry.canonicalizedBody,
          integratedTime: 1772366400,
          logID: Buffer.from(rekorV2.logId).toString('hex'),
          logIndex: Number(entry.logIndex),
        };
        const signature = signMessage(rekorV2.key, Buffer.from(canonicalJson(payload)));
        entry.integratedTime = String(payload.integratedTime);
        entry.inclusionPromise = { signedEntryTimestamp: base64(signature) };
      }),
    ),
  ),
  refused('no-time-at-all-in-rekor-v1_fail', 'time-untrusted', 'time', () =>
    blob({}, alterEntry(withoutPromise)),
  ),
  refused('no-time-at-all-in-rekor-v2_fail', 'time-untrusted', 'time', () => blob({ ...V2, timestamps: [] })),

  refused('set-signature-changed_fail', 'log-entry-invalid', 'set', () =>
    blob(
      {},
      alterEntry((entry) => {
        const signature = Buffer.from(entry.inclusionPromise?.signedEntryTimestamp ?? '', 'base64');
        entry.inclusionPromise = { signedEntryTimestamp: base64(flipBit(signature)) };
      }),
    ),
  ),
  refused('set-over-another-index_fail', 'log-entry-invalid', 'set', () =>
    blob({ alterSetPayload: (payload) => ({ ...payload, logIndex: payload.logIndex + 1 }) }),
  ),
  refused('set-over-another-time_fail', 'log-entry-invalid', 'set', () =>
    blob({ alterSetPayload: (payload) => ({ ...payload, integratedTime: payload.integratedTime - 1 }) }),
  ),
  refused('set-over-another-body_fail', 'log-entry-invalid', 'set', () =>
    blob({ alterSetPayload: (payload) => ({ ...payload, body: 'e30=' }) }),
  ),
  refused('set-over-another-log_fail', 'log-entry-invalid', 'set', () =>
    blob({ alterSetPayload: (payload) => ({ ...payload, logID: '00'.repeat(32) }) }),
  ),
  refused('set-over-an-index-beyond-json-numbers_fail', 'time-untrusted', 'time', () =>
    blob(
      {},
      alterEntry((entry) => void (entry.logIndex = '9007199254740993')),
    ),
  ),
];
