/** The trusted root: it says exactly whom it trusts, and has whoever this proof needs. */
import type { TrustedRootJson } from '../support/sigstore/trusted-root.ts';
import { alterAuthority, alterCtLog, alterLog, alterTimestampAuthority } from './alterations.ts';
import { accepted, blob, type Evidence, type EvidenceOptions, refused, type Vector } from './vector.ts';

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
  invalid('root-without-certificate-authority_fail', (root) => void (root.certificateAuthorities = [])),
  invalid('root-without-ct-log_fail', (root) => void (root.ctlogs = [])),
  invalid('root-without-log_fail', (root) => void (root.tlogs = [])),
  refused('root-without-log-for-an-entry-of-a-managed-key_fail', 'trusted-root-invalid', 'material', () =>
    blob({ managedKey: 'p256' }, { alterRoot: (root) => void (root.tlogs = []) }),
  ),
  refused('root-without-timestamp-authority-for-a-timestamp_fail', 'trusted-root-invalid', 'material', () =>
    blob({ timestamps: [{}] }, { alterRoot: (root) => void (root.timestampAuthorities = []) }),
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
  broken(
    'root-log-with-a-tree-of-sha512_fail',
    alterLog(0, (log) => void (log.hashAlgorithm = 'SHA2_512')),
  ),
  broken(
    'root-log-with-an-unknown-type-of-key_fail',
    alterLog(0, ({ publicKey }) => void (publicKey.keyDetails = 'X')),
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
  invalid('root-with-an-unknown-field_fail', (root) => void Object.assign(root, { note: 'x' })),
  invalidText('root-empty_fail', () => ''),
  invalidText('root-of-junk_fail', () => 'junk'),
  invalidText('root-with-a-key-twice_fail', (text) => text.replace('{', '{"mediaType":"x",')),
  invalidText('root-too-large_fail', (text) => text + ' '.repeat(2_000_000)),
];
