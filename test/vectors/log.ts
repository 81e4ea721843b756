/** The log: one that is trusted, and a proof that the entry is in it. */
import { flipBit } from '#support/bytes';
import { createLocalSigstore } from '#support/local-sigstore';
import { bundleEntryOf } from '#support/sigstore/bundle';
import {
  alterEntry,
  alterLog,
  alterProof,
  base64,
  SINCE_AFTER,
  UNTIL_BEFORE,
  UNTIL_THEN,
  V2,
  withoutPromise,
} from './alterations.ts';
import { accepted, ARTIFACT, blob, evidenceOf, refused, SIGNED_AT, world, type Vector } from './vector.ts';

export const LOG_VECTORS: readonly Vector[] = [
  accepted('log-trusted-until-the-second-of-the-entry', () =>
    blob(
      {},
      alterLog(0, ({ publicKey }) => void (publicKey.validFor = UNTIL_THEN)),
    ),
  ),
  accepted('log-v2-with-an-ecdsa-key', () =>
    blob(V2, {
      sigstore: createLocalSigstore({ rekor: { prefill: [2] }, rekorV2: { prefill: 3, key: 'p256' } }),
    }),
  ),
  accepted('log-v1-with-an-rsa-key', () =>
    blob(
      {},
      { sigstore: createLocalSigstore({ rekor: { prefill: [2], key: 'rsa2048' }, rekorV2: { prefill: 3 } }) },
    ),
  ),
  accepted('log-with-one-entry', () =>
    blob(V2, { sigstore: createLocalSigstore({ rekor: { prefill: [0] }, rekorV2: { prefill: 0 } }) }),
  ),
  accepted('log-index-and-time-left-out-where-zero', () =>
    blob(V2, {
      sigstore: createLocalSigstore({ rekor: { prefill: [0] }, rekorV2: { prefill: 0 } }),
      alterText: (text) => text.replaceAll('"logIndex":"0",', ''),
    }),
  ),
  accepted('log-with-checkpoint-key-id-of-four-bytes', () =>
    blob(V2, {
      alterRoot: (root) => {
        root.mediaType = 'application/vnd.dev.sigstore.trustedroot.v0.2+json';
        const [, v2] = root.tlogs;
        if (v2 !== undefined)
          Object.assign(v2, {
            checkpointKeyId: { keyId: base64(Buffer.from(v2.logId.keyId, 'base64').subarray(0, 4)) },
          });
      },
    }),
  ),
  refused('log-no-longer-trusted_fail', 'log-entry-invalid', 'entry', () =>
    blob(
      {},
      alterLog(0, ({ publicKey }) => void (publicKey.validFor = UNTIL_BEFORE)),
    ),
  ),
  refused('log-not-yet-trusted_fail', 'log-entry-invalid', 'entry', () =>
    blob(
      {},
      alterLog(0, ({ publicKey }) => void (publicKey.validFor = SINCE_AFTER)),
    ),
  ),
  refused('log-v2-no-longer-trusted_fail', 'log-entry-invalid', 'entry', () =>
    blob(
      V2,
      alterLog(1, ({ publicKey }) => void (publicKey.validFor = UNTIL_BEFORE)),
    ),
  ),
  refused('log-v1-no-longer-trusted-for-a-proof-alone_fail', 'log-entry-invalid', 'entry', () =>
    blob(
      { timestamps: [{}] },
      {
        ...alterEntry(withoutPromise),
        ...alterLog(0, ({ publicKey }) => void (publicKey.validFor = UNTIL_BEFORE)),
      },
    ),
  ),
  refused('log-no-longer-trusted-for-a-managed-key-without-time_fail', 'log-entry-invalid', 'entry', () =>
    blob(
      { managedKey: 'p256', ...V2, timestamps: [] },
      alterLog(
        1,
        ({ publicKey }) =>
          void (publicKey.validFor = { start: '2021-01-01T00:00:00Z', end: '2026-03-02T11:59:59Z' }),
      ),
    ),
  ),
  refused('log-with-an-id-that-is-not-its-key-s_fail', 'trusted-root-invalid', 'material', () =>
    blob(
      {},
      alterLog(0, (one) => void (one.logId.keyId = base64(Buffer.alloc(32, 7)))),
    ),
  ),
  refused('log-with-another-key-under-the-known-id_fail', 'log-entry-invalid', 'set', () => {
    const { rekor } = createLocalSigstore({ rekor: { prefill: [3] }, rekorV2: { prefill: 2 } });
    const { logId: ours } = world().rekor;
    return blob(
      { authorities: { rekor }, alterSetPayload: (payload) => ({ ...payload, logID: ours }) },
      alterEntry((only) => {
        only.logId.keyId = base64(Buffer.from(ours, 'hex'));
        const note = only.inclusionProof?.checkpoint;
        if (note)
          note.envelope = note.envelope.replace(
            /(\u2014 \S+ )(.*)/,
            (_, start: string, signature: string) => {
              const bytes = Buffer.from(signature, 'base64');
              return `${start}${base64(Buffer.concat([Buffer.from(ours, 'hex').subarray(0, 4), bytes.subarray(4)]))}`;
            },
          );
      }),
    );
  }),
];

export const PROOF_VECTORS: readonly Vector[] = [
  accepted('proof-in-a-later-tree', () => {
    const { rekor } = world();
    const signed = world().signBlob({ at: SIGNED_AT, bytes: ARTIFACT });
    for (let i = 0; i < 9; i += 1) rekor.append(Buffer.from(`later ${i}`), SIGNED_AT);
    const later = signed.entry === undefined ? [] : [bundleEntryOf(rekor.answer(signed.entry))];
    return evidenceOf(world(), signed, {
      alter: (bundle) => void (bundle.verificationMaterial.tlogEntries = later),
    });
  }),
  accepted('proof-in-an-inactive-shard', () => {
    const sigstore = createLocalSigstore({ rekor: { prefill: [3, 9] }, rekorV2: { prefill: 2 } });
    const signed = sigstore.signBlob({ at: SIGNED_AT, bytes: ARTIFACT });
    sigstore.rekor.rotate();
    const later = signed.entry === undefined ? [] : [bundleEntryOf(sigstore.rekor.answer(signed.entry))];
    return evidenceOf(sigstore, signed, {
      alter: (bundle) => void (bundle.verificationMaterial.tlogEntries = later),
    });
  }),
  refused('proof-hash-changed_fail', 'log-entry-invalid', 'inclusionProof', () =>
    blob(
      {},
      alterProof(({ hashes }) => void (hashes[0] = base64(flipBit(Buffer.from(hashes[0] ?? '', 'base64'))))),
    ),
  ),
  refused('proof-hash-missing_fail', 'log-entry-invalid', 'inclusionProof', () =>
    blob(
      {},
      alterProof(({ hashes }) => void hashes.pop()),
    ),
  ),
  refused('proof-hash-too-many_fail', 'log-entry-invalid', 'inclusionProof', () =>
    blob(
      {},
      alterProof(({ hashes }) => void hashes.push(hashes[0] ?? '')),
    ),
  ),
  refused('proof-of-another-leaf_fail', 'log-entry-invalid', 'inclusionProof', () =>
    blob(
      {},
      alterProof((one) => void (one.logIndex = String(Number(one.logIndex) - 1))),
    ),
  ),
  refused('proof-of-a-leaf-beyond-the-tree_fail', 'log-entry-invalid', 'inclusionProof', () =>
    blob(
      {},
      alterProof((one) => void (one.logIndex = one.treeSize)),
    ),
  ),
  refused('proof-root-changed_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob(
      {},
      alterProof((one) => void (one.rootHash = base64(flipBit(Buffer.from(one.rootHash, 'base64'))))),
    ),
  ),
  refused('proof-tree-size-changed_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob(
      {},
      alterProof((one) => void (one.treeSize = String(Number(one.treeSize) + 1))),
    ),
  ),
  refused('proof-missing-in-rekor-v2_fail', 'material-malformed', 'material', () =>
    blob(
      V2,
      alterEntry((only) => void delete only.inclusionProof),
    ),
  ),
  accepted('proof-missing-in-a-bundle-of-v0.1', () =>
    blob({}, { ...alterEntry((only) => void delete only.inclusionProof), version: '0.1' }),
  ),
  accepted('proof-without-checkpoint-in-a-bundle-of-v0.1', () =>
    blob({}, { ...alterProof((one) => void delete one.checkpoint), version: '0.1' }),
  ),
  refused('proof-without-checkpoint-in-a-bundle-of-v0.2_fail', 'material-malformed', 'material', () =>
    blob({}, { ...alterProof((one) => void delete one.checkpoint), version: '0.2' }),
  ),
  refused(
    'proof-without-checkpoint-and-promise-changed-in-a-bundle-of-v0.1_fail',
    'log-entry-invalid',
    'set',
    () =>
      blob(
        { alterSetPayload: (payload) => ({ ...payload, logIndex: 0 }) },
        { ...alterProof((one) => void delete one.checkpoint), version: '0.1' },
      ),
  ),
];
