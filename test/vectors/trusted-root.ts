/** The trusted root: it lists exactly the keys that it trusts, and has those that this proof needs. */
import type { SignOptions } from '#support/sigstore/signing';
import type {
  CertificateAuthorityJson,
  TransparencyLogJson,
  TrustedRootJson,
} from '#support/sigstore/trusted-root';
import { editDer } from './edit-der.ts';
import { alterAuthority, base64, alterCtLog, alterLog, alterTimestampAuthority } from './alterations.ts';
import {
  accepted,
  blob,
  type Evidence,
  type EvidenceOptions,
  refused,
  type Refusal,
  type Vector,
} from './vector.ts';

function broken(name: string, options: EvidenceOptions): Vector {
  return refused(name, 'trusted-root-invalid', 'material', () => blob({}, options));
}

function invalid(name: string, alterRoot: (root: TrustedRootJson) => void): Vector {
  return broken(name, { alterRoot });
}

/** Another window of validity of the log. */
function window(start: string, end?: string): EvidenceOptions {
  const validFor = { start, ...(end === undefined ? {} : { end }) };
  return alterLog(0, ({ publicKey }) => void (publicKey.validFor = validFor));
}

function invalidText(name: string, alter: (text: string) => string): Vector {
  return refused(name, 'trusted-root-invalid', 'material', () => {
    const evidence = blob();
    return { ...evidence, trustedRoot: alter(evidence.trustedRoot) };
  });
}

function without(
  what: string,
  [code, check]: Refusal,
  sign: SignOptions,
  empty: Partial<TrustedRootJson>,
): readonly Vector[] {
  const options: EvidenceOptions = { alterRoot: (root) => void Object.assign(root, empty) };
  return [
    refused(`root-without-${what}_fail`, code, check, () => blob(sign, options)),
    refused(`root-of-unknown-age-without-${what}_fail`, 'authority-unknown', check, () =>
      blob(sign, { ...options, currentAsOf: undefined }),
    ),
  ];
}

/** A log that this program does not understand: its own, and one next to it. */
function newer(what: string, alter: (log: TransparencyLogJson) => void): readonly Vector[] {
  return [
    refused(`root-log-with-${what}_fail`, 'authority-unknown', 'entry', () => blob({}, alterLog(0, alter))),
    accepted(`root-with-another-log-with-${what}`, () => blob({}, alterLog(1, alter))),
  ];
}

/** The same certificates, with keys of an unknown type. */
function ofUnknownKeys({
  certificates,
}: CertificateAuthorityJson['certChain']): CertificateAuthorityJson['certChain'] {
  const unknown = Buffer.from('06072a8648ce3d0901', 'hex');
  return {
    certificates: certificates.map(({ rawBytes }) => ({
      rawBytes: base64(editDer(Buffer.from(rawBytes, 'base64'), [0, 6, 0, 0], () => [unknown])),
    })),
  };
}

const managed = (): Evidence => blob({ managedKey: 'p256', log: 'none' }, { alterRoot: withoutAnybody });

function withoutAnybody(root: TrustedRootJson): void {
  Object.assign(root, { tlogs: [], ctlogs: [], certificateAuthorities: [], timestampAuthorities: [] });
}

export const TRUSTED_ROOT_VECTORS: readonly Vector[] = [
  accepted('root-of-version-0.2', () =>
    blob(
      {},
      { alterRoot: (root) => void (root.mediaType = 'application/vnd.dev.sigstore.trustedroot.v0.2+json') },
    ),
  ),
  accepted('root-without-timestamp-authority-where-none-is-needed', () =>
    blob({}, { alterRoot: (root) => void (root.timestampAuthorities = []) }),
  ),
  accepted('root-that-names-nobody-with-a-managed-key', managed),
  accepted('root-with-another-authority-of-an-unfit-certificate', () =>
    blob(
      {},
      {
        alterRoot: (root) => {
          const [ca, tsa] = [root.certificateAuthorities[0], root.timestampAuthorities[0]];
          if (ca && tsa) root.certificateAuthorities.push({ ...ca, certChain: tsa.certChain });
        },
      },
    ),
  ),

  invalid('root-media-type-unknown_fail', (root) => void (root.mediaType = 'application/json')),
  // A root without any authority of a kind knows none.
  ...without('certificate-authority', ['certificate-untrusted', 'chain'], {}, { certificateAuthorities: [] }),
  ...without('ct-log', ['sct-invalid', 'sct'], {}, { ctlogs: [] }),
  ...without('log', ['log-entry-invalid', 'entry'], {}, { tlogs: [] }),
  ...without(
    'log-for-an-entry-of-a-managed-key',
    ['log-entry-invalid', 'entry'],
    { managedKey: 'p256' },
    { tlogs: [] },
  ),
  ...without(
    'timestamp-authority-for-a-timestamp',
    ['time-untrusted', 'time'],
    { timestamps: [{}] },
    { timestampAuthorities: [] },
  ),
  refused('root-without-log-for-a-certificate-without-entry_fail', 'log-entry-not-found', 'entry', () =>
    blob({ log: 'none', timestamps: [{}] }, { alterRoot: (root) => void (root.tlogs = []) }),
  ),
  broken(
    'root-log-without-validity_fail',
    alterLog(0, ({ publicKey }) => void delete publicKey.validFor),
  ),
  broken(
    'root-log-without-start_fail',
    alterLog(0, ({ publicKey }) => void (publicKey.validFor = {})),
  ),
  broken(
    'root-ct-log-without-start_fail',
    alterCtLog(({ publicKey }) => void (publicKey.validFor = {})),
  ),
  broken(
    'root-authority-without-start_fail',
    alterAuthority((ca) => void (ca.validFor = {})),
  ),
  broken(
    'root-timestamp-authority-without-start_fail',
    alterTimestampAuthority((tsa) => void (tsa.validFor = {})),
  ),
  broken(
    'root-window-that-ends-before-it-starts_fail',
    window('2026-01-01T00:00:00Z', '2025-01-01T00:00:00Z'),
  ),
  broken('root-start-without-zone_fail', window('2021-01-01T00:00:00')),
  broken('root-start-a-day-that-does-not-exist_fail', window('2021-02-30T00:00:00Z')),
  broken(
    'root-log-without-id_fail',
    alterLog(0, (log) => void Object.assign(log, { logId: undefined })),
  ),
  broken(
    'root-log-without-url_fail',
    alterLog(0, (log) => void (log.baseUrl = '')),
  ),
  // What is newer than this program does not count, and the rest does.
  ...newer('a-tree-of-sha512', (log) => void (log.hashAlgorithm = 'SHA2_512')),
  ...newer('an-unknown-type-of-key', ({ publicKey }) => void (publicKey.keyDetails = 'PKIX_ML_DSA_65')),
  ...newer('an-unknown-field', (log) => void Object.assign(log, { note: 'x' })),
  ...newer('an-unknown-field-in-its-key', ({ publicKey }) => void Object.assign(publicKey, { note: 'x' })),
  ...newer('another-form', (log) => void Object.assign(log, { publicKey: undefined, publicKeys: [] })),
  refused('root-authority-with-an-unknown-type-of-key_fail', 'authority-unknown', 'chain', () =>
    blob(
      {},
      alterAuthority((ca) => void (ca.certChain = ofUnknownKeys(ca.certChain))),
    ),
  ),
  accepted('root-with-another-authority-with-an-unknown-type-of-key', () =>
    blob(
      {},
      {
        alterRoot: ({ certificateAuthorities: all }) => {
          const [ca] = all;
          if (ca !== undefined) all.unshift({ ...ca, certChain: ofUnknownKeys(ca.certChain) });
        },
      },
    ),
  ),
  refused('root-authority-with-an-unknown-field_fail', 'authority-unknown', 'chain', () =>
    blob(
      {},
      alterAuthority((ca) => void Object.assign(ca, { note: 'x' })),
    ),
  ),
  refused('root-timestamp-authority-with-an-unknown-field_fail', 'authority-unknown', 'time', () =>
    blob(
      { timestamps: [{}] },
      alterTimestampAuthority((tsa) => void Object.assign(tsa, { note: 'x' })),
    ),
  ),
  refused('root-ct-log-with-an-unknown-type-of-key_fail', 'authority-unknown', 'sct', () =>
    blob(
      {},
      alterCtLog(({ publicKey }) => void (publicKey.keyDetails = 'PKIX_ML_DSA_65')),
    ),
  ),
  accepted('root-with-an-unknown-field-above-its-lists', () =>
    blob({}, { alterRoot: (root) => void Object.assign(root, { note: { x: [1] } }) }),
  ),
  broken(
    'root-log-with-a-type-of-key-that-is-no-name_fail',
    alterLog(0, ({ publicKey }) => void (publicKey.keyDetails = 'pkix')),
  ),
  broken(
    'root-log-without-type-of-key_fail',
    alterLog(0, ({ publicKey }) => void Object.assign(publicKey, { keyDetails: undefined })),
  ),
  broken(
    'root-log-with-a-key-of-junk_fail',
    alterLog(0, ({ publicKey }) => void (publicKey.rawBytes = 'anVuaw==')),
  ),
  broken(
    'root-authority-without-certificates_fail',
    alterAuthority((ca) => void (ca.certChain.certificates = [])),
  ),
  broken(
    'root-authority-with-a-certificate-of-junk_fail',
    alterAuthority((ca) => void (ca.certChain.certificates = [{ rawBytes: 'anVuaw==' }])),
  ),
  invalidText('root-empty_fail', () => ''),
  invalidText('root-of-junk_fail', () => 'junk'),
  invalidText('root-with-a-key-twice_fail', (text) => text.replace('{', '{"mediaType":"x",')),
  invalidText('root-too-large_fail', (text) => text + ' '.repeat(2_000_000)),
];
