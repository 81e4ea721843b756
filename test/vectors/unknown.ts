/**
 * Authorities that the trusted root does not know: a root that is known to be current at the claimed time gives a
 * verdict, any other one cannot judge. And the clock, which decides nothing that a trusted log or authority contradicts.
 */
import { createLocalSigstore, type LocalSigstore } from '#support/local-sigstore';
import { flipBit } from '#support/bytes';
import { createCtLog } from '#support/sigstore/ct-log';
import type { SignOptions } from '#support/sigstore/signing';
import { createTimestampAuthority } from '#support/sigstore/timestamp-authority';
import type { TrustedRootJson } from '#support/sigstore/trusted-root';
import { alterAuthority, alterEntry, alterLog, UNTIL_BEFORE, V2 } from './alterations.ts';
import {
  accepted,
  blob,
  type EvidenceOptions,
  minutesAfterSigning,
  NOW,
  refused,
  type Refusal,
  SIGNED_AT,
  type Vector,
} from './vector.ts';

let rotated: LocalSigstore | undefined;

/** Another Sigstore whose parts have the same names and other keys: what a rotation looks like from an older root. */
function next(): LocalSigstore {
  rotated ??= createLocalSigstore({ rekor: { prefill: [3] }, rekorV2: { prefill: 2 } });
  return rotated;
}

const OLDER: EvidenceOptions = { currentAsOf: new Date(SIGNED_AT.getTime() - 1) };
const OF_UNKNOWN_AGE: EvidenceOptions = { currentAsOf: undefined };
/** To the second: "current at that time" includes that time. */
const CURRENT_THEN: EvidenceOptions = { currentAsOf: SIGNED_AT };

/** One evidence before roots of three ages. */
function byAge(
  what: string,
  verdict: Refusal,
  sign: () => SignOptions,
  options: () => EvidenceOptions = () => ({}),
): readonly Vector[] {
  const [code, check] = verdict;
  const make = (age: EvidenceOptions) => () => blob(sign(), { ...options(), ...age });
  return [
    refused(`unknown-${what}-of-a-root-that-was-current-then_fail`, code, check, make(CURRENT_THEN)),
    refused(`unknown-${what}-newer-than-the-root_fail`, 'authority-unknown', check, make(OLDER)),
    refused(
      `unknown-${what}-with-a-root-of-unknown-age_fail`,
      'authority-unknown',
      check,
      make(OF_UNKNOWN_AGE),
    ),
  ];
}

/** A part that is newer than this program, in a list of a root that is current. */
function withUnread(list: 'tlogs' | 'ctlogs'): EvidenceOptions {
  return {
    currentAsOf: NOW,
    alterRoot: (root: TrustedRootJson) => {
      const [first] = root[list];
      if (first !== undefined)
        root[list].push({ ...first, publicKey: { ...first.publicKey, keyDetails: 'PKIX_NEWER' } });
    },
  };
}

const unknownCa = (): SignOptions => ({
  authorities: { certificateAuthority: next().certificateAuthority },
});

export const UNKNOWN_AUTHORITY_VECTORS: readonly Vector[] = [
  ...byAge('log', ['log-entry-invalid', 'entry'], () => ({ authorities: { rekor: next().rekor } })),
  ...byAge('log-of-rekor-v2', ['log-entry-invalid', 'entry'], () => ({
    ...V2,
    authorities: { rekorV2: next().rekorV2 },
  })),
  ...byAge('ct-log', ['sct-invalid', 'sct'], () => ({ scts: [{ log: createCtLog() }] })),
  ...byAge('ct-log-among-known-ones', ['sct-invalid', 'sct'], () => ({
    scts: [{}, { log: createCtLog() }],
  })),
  ...byAge('certificate-authority', ['certificate-untrusted', 'chain'], unknownCa),
  ...byAge('certificate-authority-in-a-chain', ['certificate-untrusted', 'chain'], unknownCa, () => ({
    version: '0.2',
    alter: ({ verificationMaterial }) => {
      verificationMaterial.x509CertificateChain?.certificates.push(
        ...next().certificateAuthority.intermediates.map(({ der }) => ({
          rawBytes: Buffer.from(der).toString('base64'),
        })),
      );
    },
  })),
  ...byAge('timestamp-authority', ['time-untrusted', 'time'], () => ({
    ...V2,
    timestamps: [{ authority: createTimestampAuthority() }],
  })),

  // What the root knows is judged, however old it is.
  refused('known-log-no-longer-trusted-in-an-older-root_fail', 'log-entry-invalid', 'entry', () =>
    blob(
      {},
      {
        ...alterLog(0, ({ publicKey }) => void (publicKey.validFor = UNTIL_BEFORE)),
        ...OLDER,
      },
    ),
  ),
  refused('known-authority-no-longer-trusted-in-an-older-root_fail', 'certificate-untrusted', 'chain', () =>
    blob(
      {},
      {
        ...alterAuthority((ca) => void (ca.validFor = UNTIL_BEFORE)),
        ...OLDER,
      },
    ),
  ),
  refused('known-authority-s-signature-changed-in-an-older-root_fail', 'certificate-untrusted', 'chain', () =>
    blob({ alterDer: (der) => flipBit(der, der.length - 8) }, OLDER),
  ),
  refused('known-ct-log-s-signature-changed-in-an-older-root_fail', 'sct-invalid', 'sct', () =>
    blob({ scts: [{ alter: (sct) => flipBit(sct) }] }, OLDER),
  ),

  // A current root with a part that this program cannot read may well know it.
  refused('unknown-log-beside-a-log-of-a-newer-kind_fail', 'authority-unknown', 'entry', () =>
    blob({ authorities: { rekor: next().rekor } }, withUnread('tlogs')),
  ),
  refused('unknown-log-beside-a-ct-log-of-a-newer-kind_fail', 'log-entry-invalid', 'entry', () =>
    blob({ authorities: { rekor: next().rekor } }, withUnread('ctlogs')),
  ),
  refused('unknown-log-that-the-user-named_fail', 'authority-unknown', 'entry', () => ({
    ...blob({ authorities: { rekor: next().rekor } }),
    isLogNamed: true,
  })),
  refused('unknown-ct-log-beside-a-log-that-the-user-named_fail', 'sct-invalid', 'sct', () => ({
    ...blob({ scts: [{ log: createCtLog() }] }),
    isLogNamed: true,
  })),
];

const TOO_EARLY: EvidenceOptions = { now: minutesAfterSigning(-2) };

export const CLOCK_VECTORS: readonly Vector[] = [
  refused('clock-behind-a-signed-entry-timestamp_fail', 'clock-wrong', 'time', () => blob({}, TOO_EARLY)),
  refused('clock-behind-a-timestamp_fail', 'clock-wrong', 'time', () =>
    blob({ ...V2, timestamps: [{}] }, TOO_EARLY),
  ),
  accepted('clock-a-minute-behind', () => blob({}, { now: new Date(SIGNED_AT.getTime() - 60_000) })),
  refused('clock-more-than-a-minute-behind_fail', 'clock-wrong', 'time', () =>
    blob({}, { now: new Date(SIGNED_AT.getTime() - 60_001) }),
  ),
  // These times are not signed.
  refused('clock-behind-a-time-that-was-changed_fail', 'log-entry-invalid', 'set', () =>
    blob(
      {},
      alterEntry((entry) => void (entry.integratedTime = String(Number(entry.integratedTime) + 10 * 86_400))),
    ),
  ),
  refused('clock-behind-a-timestamp-that-does-not-verify_fail', 'time-untrusted', 'time', () =>
    blob({ ...V2, timestamps: [{ alterSignature: (signature) => flipBit(signature) }] }, TOO_EARLY),
  ),
  // What is wrong whatever the clock says is told first.
  refused('clock-behind-and-another-signer_fail', 'identity-mismatch', 'identity', () =>
    blob({ identity: 'somebody@example.com' }, TOO_EARLY),
  ),
];
