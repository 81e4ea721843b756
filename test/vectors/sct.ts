/** The SCTs: the certificate was logged. */
import * as der from '#support/sigstore/der';
import { flipBit } from '#support/bytes';
import { OID, withExtension } from '#support/sigstore/certificate';
import { createCtLog } from '#support/sigstore/ct-log';
import { generateKey } from '#support/sigstore/keys';
import { logJson } from '#support/sigstore/trusted-root';
import { alterCtLog, SINCE_AFTER, UNTIL_BEFORE } from './alterations.ts';
import { accepted, blob, refused, type Vector, world } from './vector.ts';

const UNKNOWN = { oid: '1.2.3.4.5', critical: true, value: der.utf8String('?') };

export const SCT_VECTORS: readonly Vector[] = [
  accepted('sct-with-extensions', () => blob({ scts: [{ extensions: Buffer.of(0, 0, 5, 0, 0, 0, 0, 7) }] })),
  accepted('sct-of-two-logs', () => {
    const second = createCtLog({ baseUrl: 'https://ctfe.sigstore.test/second' });
    return blob(
      { scts: [{}, { log: second }] },
      { alterRoot: ({ ctlogs }) => void ctlogs.push(logJson(second)) },
    );
  }),
  accepted('sct-by-an-rsa-log', () => {
    const log = createCtLog({ key: 'rsa2048' });
    return blob({ scts: [{ log }] }, { alterRoot: ({ ctlogs }) => void ctlogs.push(logJson(log)) });
  }),
  refused('sct-with-sha384_fail', 'sct-invalid', 'sct', () => {
    const log = createCtLog({ key: 'p384' });
    return blob({ scts: [{ log }] }, { alterRoot: ({ ctlogs }) => void ctlogs.push(logJson(log)) });
  }),
  refused('sct-missing_fail', 'sct-invalid', 'sct', () => blob({ scts: [] })),
  refused('sct-list-empty_fail', 'sct-invalid', 'sct', () =>
    blob({
      scts: [],
      alter: (leaf) =>
        withExtension(leaf, { oid: OID.sctList, critical: false, value: der.octetString(Buffer.of(0, 0)) }),
    }),
  ),
  refused('sct-of-unknown-log_fail', 'sct-invalid', 'sct', () => blob({ scts: [{ log: createCtLog() }] })),
  refused('sct-of-known-and-unknown-log_fail', 'sct-invalid', 'sct', () =>
    blob({ scts: [{}, { log: createCtLog() }] }),
  ),
  refused('sct-of-another-key-under-the-known-id_fail', 'sct-invalid', 'sct', () =>
    blob({ scts: [{ log: { ...world().ctLog, key: generateKey() } }] }),
  ),
  refused('sct-signature-changed_fail', 'sct-invalid', 'sct', () =>
    blob({ scts: [{ alter: (sct) => flipBit(sct) }] }),
  ),
  refused('sct-time-changed_fail', 'sct-invalid', 'sct', () =>
    blob({ scts: [{ alter: (sct) => flipBit(sct, 40) }] }),
  ),
  refused('sct-twice_fail', 'sct-invalid', 'sct', () => blob({ scts: [{}, {}] })),
  refused('sct-made-for-another-certificate_fail', 'sct-invalid', 'sct', () =>
    blob({ alterAfterLogging: (leaf) => withExtension(leaf, { ...UNKNOWN, critical: false }) }),
  ),
  refused('sct-with-a-byte-after-it_fail', 'sct-invalid', 'sct', () =>
    blob({ scts: [{ alter: (sct) => Buffer.concat([sct, Buffer.of(0)]) }] }),
  ),
  refused('sct-cut-short_fail', 'sct-invalid', 'sct', () =>
    blob({ scts: [{ alter: (sct) => sct.subarray(0, -1) }] }),
  ),
  refused('sct-of-version-2_fail', 'sct-invalid', 'sct', () =>
    blob({ scts: [{ alter: (sct) => Buffer.concat([Buffer.of(1), sct.subarray(1)]) }] }),
  ),
  refused('sct-with-sha1_fail', 'sct-invalid', 'sct', () =>
    blob({
      scts: [
        {
          alter: (sct) => {
            const other = Buffer.from(sct);
            other[43] = 2;
            return other;
          },
        },
      ],
    }),
  ),
  refused('sct-log-no-longer-trusted_fail', 'sct-invalid', 'sct', () =>
    blob(
      {},
      {
        alterRoot: ({ ctlogs: [log] }) => void (log && (log.publicKey.validFor = UNTIL_BEFORE)),
      },
    ),
  ),
  refused('sct-log-not-yet-trusted_fail', 'sct-invalid', 'sct', () =>
    blob(
      {},
      alterCtLog((log) => void (log.publicKey.validFor = SINCE_AFTER)),
    ),
  ),
];
