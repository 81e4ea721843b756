/** The checkpoint: a well-formed signed note, of that log, of that tree. */
import { flipBit } from '#support/bytes';
import { generateKey, signMessage } from '#support/sigstore/keys';
import { createWitness } from '#support/sigstore/rekor-v2-log';
import type { SignOptions } from '#support/sigstore/signing';
import { alterNote, V2 } from './alterations.ts';
import { accepted, blob, refused, world, type Vector } from './vector.ts';

const altered = (alterCheckpoint: NonNullable<SignOptions['alterCheckpoint']>): SignOptions => ({
  ...V2,
  alterCheckpoint,
});

export const CHECKPOINT_VECTORS: readonly Vector[] = [
  accepted('checkpoint-with-witnesses', () =>
    blob({ ...V2, alterSigners: (signers) => [...signers, createWitness(), createWitness('w2.example')] }),
  ),
  accepted('checkpoint-with-a-witness-first', () =>
    blob({ ...V2, alterSigners: (signers) => [createWitness(), ...signers] }),
  ),
  accepted('checkpoint-with-a-second-key-of-the-log', () =>
    blob({ ...V2, alterSigners: (signers) => [...signers, createWitness(world().rekorV2.host)] }),
  ),
  accepted('checkpoint-with-extension-lines', () =>
    blob(altered((fields) => ({ ...fields, extensionLines: ['Timestamp: 1', 'x'] }))),
  ),
  accepted('checkpoint-of-rekor-v1-with-its-name-alone-as-origin', () =>
    blob({ alterCheckpoint: (fields) => ({ ...fields, origin: world().rekor.host }) }),
  ),

  refused('checkpoint-signature-changed_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob({
      ...V2,
      alterSigners: (signers) =>
        signers.map((signer) => ({ ...signer, sign: (note) => flipBit(signer.sign(note)) })),
    }),
  ),
  refused('checkpoint-signature-by-another-key_fail', 'log-entry-invalid', 'checkpoint', () => {
    const key = generateKey('ed25519');
    return blob({
      ...V2,
      alterSigners: (signers) =>
        signers.map((signer) => ({ ...signer, sign: (note) => signMessage(key, note) })),
    });
  }),
  refused('checkpoint-signed-by-witnesses-alone_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob({ ...V2, alterSigners: () => [createWitness()] }),
  ),
  refused('checkpoint-key-hint-changed_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob({
      ...V2,
      alterSigners: (signers) => signers.map((signer) => ({ ...signer, keyHint: flipBit(signer.keyHint) })),
    }),
  ),
  refused('checkpoint-signed-under-another-name_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob({
      ...V2,
      alterSigners: (signers) => signers.map((signer) => ({ ...signer, name: 'other.example' })),
    }),
  ),
  refused('checkpoint-signed-under-a-part-of-the-name_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob({ ...V2, alterSigners: (signers) => signers.map((signer) => ({ ...signer, name: 'sigstore' })) }),
  ),
  refused('checkpoint-signed-under-a-pattern-of-the-name_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob({ ...V2, alterSigners: (signers) => signers.map((signer) => ({ ...signer, name: '.*' })) }),
  ),
  refused('checkpoint-signed-twice-by-the-log_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob({ ...V2, alterSigners: (signers) => [...signers, ...signers] }),
  ),
  refused('checkpoint-signed-once-well-and-once-badly_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob({
      ...V2,
      alterSigners: (signers) => [
        ...signers,
        ...signers.map((signer) => ({ ...signer, sign: () => Buffer.alloc(64) })),
      ],
    }),
  ),
  refused('checkpoint-of-another-origin_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob(altered((fields) => ({ ...fields, origin: 'other.example' }))),
  ),
  refused('checkpoint-of-an-origin-with-a-tree-in-rekor-v2_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob(altered((fields) => ({ ...fields, origin: `${fields.origin} - 1` }))),
  ),
  refused('checkpoint-of-an-origin-with-junk-in-rekor-v1_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob({ alterCheckpoint: (fields) => ({ ...fields, origin: `${fields.origin}x` }) }),
  ),
  refused('checkpoint-of-another-root_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob(altered((fields) => ({ ...fields, root: flipBit(fields.root) }))),
  ),
  refused('checkpoint-of-another-size_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob(altered((fields) => ({ ...fields, size: Number(fields.size) + 1 }))),
  ),
  refused('checkpoint-of-another-tree_fail', 'log-entry-invalid', 'checkpoint', () => {
    const [old] = world().rekor.shards;
    return blob(
      {},
      alterNote(() => world().rekor.checkpoint(old)),
    );
  }),
  refused('checkpoint-size-with-a-leading-zero_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob(altered((fields) => ({ ...fields, size: `0${fields.size}` }))),
  ),
  refused('checkpoint-size-in-hexadecimal_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob(altered((fields) => ({ ...fields, size: `0x${Number(fields.size).toString(16)}` }))),
  ),
  refused('checkpoint-size-with-a-space_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob(altered((fields) => ({ ...fields, size: ` ${fields.size}` }))),
  ),
  refused('checkpoint-without-origin_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob(altered((fields) => ({ ...fields, origin: '' }))),
  ),
  refused('checkpoint-without-root_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob(
      V2,
      alterNote((note) => note.replace(/\n[A-Za-z0-9+/=]{44}\n/, '\n')),
    ),
  ),
  refused('checkpoint-with-a-short-root_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob(altered((fields) => ({ ...fields, root: fields.root.subarray(1) }))),
  ),
  refused('checkpoint-with-an-empty-extension-line_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob(altered((fields) => ({ ...fields, extensionLines: [''] }))),
  ),
  refused('checkpoint-with-a-tab_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob(altered((fields) => ({ ...fields, extensionLines: ['a\tb'] }))),
  ),
  refused('checkpoint-without-signatures_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob({ ...V2, alterSigners: () => [] }),
  ),
  refused('checkpoint-with-junk-after-signatures_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob(
      V2,
      alterNote((note) => `${note}junk\n`),
    ),
  ),
  refused('checkpoint-with-an-empty-line-after-signatures_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob(
      V2,
      alterNote((note) => `${note}\n`),
    ),
  ),
  refused('checkpoint-without-the-last-newline_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob(
      V2,
      alterNote((note) => note.slice(0, -1)),
    ),
  ),
  refused('checkpoint-with-a-witness-line-cut-short_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob(
      { ...V2, alterSigners: (signers) => [...signers, createWitness()] },
      alterNote((note) => note.slice(0, -1)),
    ),
  ),
  refused('checkpoint-without-an-empty-line_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob(
      V2,
      alterNote((note) => note.replace('\n\n', '\n')),
    ),
  ),
  refused('checkpoint-signature-line-with-a-hyphen_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob(
      { ...V2, alterSigners: (signers) => [...signers, createWitness()] },
      alterNote((note) => note.replace(/\u2014 witness/, '- witness')),
    ),
  ),
  refused('checkpoint-signature-line-with-two-spaces_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob(
      { ...V2, alterSigners: (signers) => [...signers, createWitness()] },
      alterNote((note) => note.replace(/\u2014 witness/, '\u2014  witness')),
    ),
  ),
  refused('checkpoint-signature-line-with-a-plus-in-the-name_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob({ ...V2, alterSigners: (signers) => [...signers, createWitness('a+b')] }),
  ),
  refused('checkpoint-signature-of-four-bytes_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob({
      ...V2,
      alterSigners: (signers) => [...signers, { ...createWitness(), sign: () => new Uint8Array() }],
    }),
  ),
  refused('checkpoint-signature-in-lax-base64_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob(
      { ...V2, alterSigners: (signers) => [...signers, createWitness()] },
      alterNote((note) => note.replace(/=\n$/, '\n')),
    ),
  ),
  refused('checkpoint-with-too-many-signatures_fail', 'log-entry-invalid', 'checkpoint', () =>
    blob({
      ...V2,
      alterSigners: (signers) => [
        ...signers,
        ...Array.from({ length: 40 }, (_, i) => createWitness(`w${i}.example`)),
      ],
    }),
  ),
  refused(
    'checkpoint-of-rekor-v1-changed-beside-a-good-promise_fail',
    'log-entry-invalid',
    'checkpoint',
    () =>
      blob({
        alterSigners: (signers) =>
          signers.map((signer) => ({ ...signer, sign: (note) => flipBit(signer.sign(note)) })),
      }),
  ),
  refused('checkpoint-too-large_fail', 'material-oversized', 'material', () =>
    blob(altered((fields) => ({ ...fields, extensionLines: ['x'.repeat(20_000)] }))),
  ),
];
