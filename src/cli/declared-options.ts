/** The options, by group: each is declared here once, and `program.ts` and `set-up-commands.ts` say which command takes it. */
import {
  DEFAULT_DOWNLOAD_TIMEOUT_MS,
  DEFAULT_REQUEST_TIMEOUT_MS,
  DEFAULT_RETRIES,
  DEFAULT_RETRY_DELAY_MS,
} from '../limits.ts';
import { BINARY_TARBALLS } from '../release/tarball.ts';
import { parseWrittenName } from '../release/written-name.ts';
import type { CliOption } from './option.ts';
import { EVIDENCE, FORM, NETWORK, option, rare, SIGNER, TARBALLS, WHERE_TO } from './option-groups.ts';

export { policy, trust, trustedRoot, tuf } from './trust-options.ts';

import { DIGEST_FORMATS } from './digest-format-names.ts';
import * as values from './option-values.ts';

const MINUTE_MS = 60_000;

export const installDir = (): CliOption =>
  option(
    WHERE_TO,
    '--install-dir <DIR>',
    'where to; default /usr/local/bin if writable, else ~/.local/bin (on Windows ' +
      '%LOCALAPPDATA%\\Programs\\k8s-verify\\bin)',
  )
    .from('K8S_VERIFY_INSTALL_DIR', 'output')
    .conflicts('output');

export const output = (flags: string, description: string): CliOption => option(WHERE_TO, flags, description);

export const platform = (description: string): CliOption =>
  option(WHERE_TO, '--platform <OS/ARCH>', description).many();

export const all = (): CliOption =>
  option(WHERE_TO, '--all', 'every file, also on a terminal, which shows the usual ones alone');

export const allPlatforms = (): CliOption =>
  option(WHERE_TO, '--all-platforms', 'for every platform that a component is published for').conflicts(
    'platform',
  );

export const format = (): CliOption =>
  option(
    FORM,
    '--format <FORMAT>',
    `in the form that another tool reads: ${DIGEST_FORMATS.join(', ')}`,
  ).oneOf(DIGEST_FORMATS);

export const paths = (): CliOption =>
  option(FORM, '--paths', 'with --format sums: paths in the release, as kOps reads them');

export const report = (): CliOption =>
  option(FORM, '--report <FILE>', 'also write a page (HTML) to read, print and keep; it needs no network');

export const locked = (): CliOption =>
  option(
    WHERE_TO,
    '--locked',
    'exactly what k8s-verify.lock.json says; without a component, all of it',
  ).conflicts(['sha256', 'forceName', 'fromTarball']);

export const lockfile = (description: string): CliOption =>
  option(WHERE_TO, '--lockfile <FILE>', description);

/** Where it decides nothing, and its evidence is all that is wanted. */
export const evidenceLockfile = (): CliOption =>
  rare(EVIDENCE, '--lockfile <FILE>', 'a lockfile, whose evidence is taken before what earlier runs kept');

export const check = (): CliOption =>
  option(
    WHERE_TO,
    '--check',
    'write nothing; end with 22 where the lockfile is out of date, or a platform or evidence is missing',
  ).conflicts('dryRun');

export const noEvidence = (): CliOption =>
  option(WHERE_TO, '--no-evidence', 'the lockfile alone, without k8s-verify.evidence next to it');

export const forceName = (): CliOption =>
  rare(
    WHERE_TO,
    '--force-name',
    'try a component or a platform that the built-in table of releases lacks; it is proved all the same',
  );

export const dryRun = (): CliOption =>
  option(WHERE_TO, '-n, --dry-run', 'prove, say what would be done, write nothing');

export const extract = (target: string): CliOption =>
  option(TARBALLS, '--extract', `unpack a proven tarball ${target}`).conflicts(['list', 'fromTarball']);

export const member = (): CliOption =>
  rare(
    TARBALLS,
    '--member <NAME>',
    'unpack only this member: a path in the tarball, a directory, or the last part of exactly one path; may be repeated; ' +
      'it means --extract',
  )
    .many()
    .implies({ extract: true })
    .conflicts(['list', 'fromTarball']);

export const fromTarball = (): CliOption =>
  rare(
    TARBALLS,
    '--from-tarball <TARBALL>',
    'take the binaries out of the proven kubernetes-client, -node or -server tarball: client, node or server',
  )
    .oneOf(BINARY_TARBALLS)
    .reads(values.readTier);

export const list = (): CliOption =>
  option(TARBALLS, '--list', 'print what a proven tarball holds, and write nothing');

export const certificateIdentity = (): CliOption =>
  rare(
    SIGNER,
    '--certificate-identity <SAN>',
    "who must have signed: the certificate's identity, letter for letter, together with --certificate-oidc-issuer; " +
      'default: the signer of the Kubernetes releases',
  );

export const certificateIssuer = (): CliOption =>
  rare(
    SIGNER,
    '--certificate-oidc-issuer <URL>',
    'the OIDC issuer that vouched for that identity, letter for letter',
  );

export const key = (): CliOption =>
  rare(
    SIGNER,
    '--key <FILE>',
    'a public key (PEM) that must have signed, instead of a certificate identity',
  ).conflicts(['certificateIdentity', 'certificateOidcIssuer', 'k8sVerifyRelease']);

export const ownRelease = (): CliOption =>
  rare(
    SIGNER,
    '--k8s-verify-release <VERSION>',
    'the signer must be the workflow that releases k8s-verify itself: at that version (v1.2.3), or at any of them (any)',
  )
    .reads(values.readOwnVersion)
    .conflicts(['certificateIdentity', 'certificateOidcIssuer']);

export const requireName = (): CliOption =>
  rare(
    SIGNER,
    '--require-name',
    'nothing is installed unless its name is bound: by the signed release manifest, by the file itself, or by a digest ' +
      'that you demand (--sha256)',
  );

export const as = (): CliOption =>
  option(
    SIGNER,
    '--as <NAME>',
    'what the file must be: COMPONENT@VERSION, or COMPONENT@VERSION:OS/ARCH; refused where something signed says otherwise',
  )
    .reads(parseWrittenName)
    .conflicts('predicateType');

export const sha256 = (): CliOption =>
  rare(
    SIGNER,
    '--sha256 <HEX>',
    'the digest that the one artifact must have: with another one it is refused, however well it is signed',
  ).reads(values.readSha256);
export const bundle = (): CliOption =>
  option(
    EVIDENCE,
    '--bundle <FILE>',
    'the Sigstore bundle; default FILE.sigstore.json or FILE.sigstore next to the file',
  ).conflicts(['signature', 'certificate', 'saveBundle']);

export const signature = (): CliOption =>
  option(EVIDENCE, '--signature <FILE>', 'the detached signature (base64), with --certificate');

export const certificate = (): CliOption =>
  option(EVIDENCE, '--certificate <FILE>', 'its signing certificate (PEM, or base64 of PEM)');

export const predicateType = (): CliOption =>
  rare(
    EVIDENCE,
    '--predicate-type <URI>',
    'take a signed statement with this predicate type as the evidence; it proves what it says, and not that the file was ' +
      'released; without this option no statement proves anything',
  )
    .reads(values.readPredicateType)
    .conflicts(['signature', 'certificate']);

export const saveBundle = (): CliOption =>
  rare(
    EVIDENCE,
    '--save-bundle',
    'write FILE.sigstore.json next to the file, with which it can be verified without a network',
  );

/** A summary is made under the built-in policy or a policy file: that is where other signers are named. */
export const attest = (): CliOption =>
  rare(
    EVIDENCE,
    '--attest <FILE>',
    'write a verification summary (SLSA VSA, unsigned) for each thing that was verified, one a line',
  ).conflicts([
    'dryRun',
    'certificateIdentity',
    'certificateOidcIssuer',
    'key',
    'k8sVerifyRelease',
    'predicateType',
  ]);

export const checkSums = (): CliOption =>
  rare(
    EVIDENCE,
    '--check-sums',
    "also compare the proven digest with the release's SHA256SUMS, SHA512SUMS and provenance.json, also of dl.k8s.io",
  );

export const dataDir = (): CliOption =>
  rare(
    EVIDENCE,
    '--data-dir <DIR>',
    'the directory in which runs keep what later ones can use; default: one of this user (k8s-verify help environment)',
  ).from('K8S_VERIFY_DATA_DIR');

export const forgetName = (): CliOption =>
  rare(
    EVIDENCE,
    '--forget-name <NAME>',
    'forget the digest that was remembered for kubectl@v1.30.2:linux/amd64, once you know why there are two; this run ' +
      'remembers its own; may be repeated',
  )
    .many()
    .reads(parseWrittenName);

export const mirror = (description: string): CliOption =>
  option(NETWORK, '--mirror <URL|DIR>', description)
    .many()
    .reads(values.readMirrorPlace)
    .from('K8S_VERIFY_MIRROR');

export const rekorUrl = (): CliOption =>
  rare(NETWORK, '--rekor-url <URL>', 'the transparency log to ask; default https://rekor.sigstore.dev')
    .reads(values.readUrl)
    .from('K8S_VERIFY_REKOR_URL');

export const retries = (standard: number = DEFAULT_RETRIES): CliOption =>
  rare(
    NETWORK,
    '--retries <N>',
    `how often a request is made again after a passing fault; default ${standard}`,
  )
    .reads(values.readCount)
    .from('K8S_VERIFY_RETRIES');

export const retryDelay = (): CliOption =>
  rare(
    NETWORK,
    '--retry-delay <TIME>',
    `the longest wait before the first retry, doubled for each further one; default ${DEFAULT_RETRY_DELAY_MS}ms`,
  ).reads(values.readDuration);

export const DOWNLOAD_TIMEOUT: string =
  'the most time for each request and each download, retries included, as in 30s or 5m; default ' +
  `${DEFAULT_REQUEST_TIMEOUT_MS / MINUTE_MS}m for a request, ${DEFAULT_DOWNLOAD_TIMEOUT_MS / MINUTE_MS}m for a download`;

export const REQUEST_TIMEOUT: string =
  'the most time for each request, retries included, as in 30s or 5m; default ' +
  `${DEFAULT_REQUEST_TIMEOUT_MS / MINUTE_MS}m`;

export const timeout = (description: string): CliOption =>
  rare(NETWORK, '--timeout <TIME>', description).reads(values.readDuration).from('K8S_VERIFY_TIMEOUT');

export const caFile = (): CliOption =>
  rare(
    NETWORK,
    '--ca-file <FILE>',
    'certificates (PEM) of authorities to trust for TLS besides the usual ones, for a proxy or a mirror',
  ).from('K8S_VERIFY_CA_FILE');
