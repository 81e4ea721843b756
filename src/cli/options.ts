/** The options, as one table: the parser, help, completion, the manual page and the README are written from it. */
import {
  DEFAULT_DOWNLOAD_TIMEOUT_MS,
  DEFAULT_REQUEST_TIMEOUT_MS,
  DEFAULT_RETRIES,
  DEFAULT_RETRY_DELAY_MS,
} from '../limits.ts';
import type { CommandName } from './commands.ts';
import type { OptionGroup, OptionName, OptionSpec } from './option-spec.ts';

export type { OptionGroup, OptionName, OptionSpec };

const INSTALL = ['install'] as const;
const VERIFY = ['verify'] as const;
const PROVING = ['install', 'verify'] as const;
const DOWNLOADING = ['install', 'list', 'doctor'] as const;
const CONNECTING = ['install', 'verify', 'list', 'doctor'] as const;
const ASKING = ['install', 'verify', 'doctor'] as const;
const ALL = ['install', 'verify', 'list', 'doctor', 'completion'] as const;

const MINUTE_MS = 60_000;
const REQUEST_TIMEOUT =
  'the most time for each request, retries included, as in 30s or 5m; default: ' +
  `${DEFAULT_REQUEST_TIMEOUT_MS / MINUTE_MS}m`;

export const OPTION_GROUPS: readonly OptionGroup[] = [
  'what and where',
  'evidence',
  'trust',
  'network',
  'output',
];

export const OPTIONS: readonly OptionSpec[] = [
  {
    name: 'install-dir',
    value: 'DIR',
    completes: 'directory',
    group: 'what and where',
    commands: INSTALL,
    help:
      'the directory to install into; default: /usr/local/bin where it is writable, else ~/.local/bin ' +
      '(on Windows %LOCALAPPDATA%\\Programs\\k8s-verify\\bin)',
  },
  {
    name: 'output',
    short: 'o',
    value: 'FILE',
    completes: 'file',
    group: 'what and where',
    commands: PROVING,
    help: 'the exact file to install to, for a single artifact; with --extract, the directory to unpack into',
    own: {
      verify: { value: 'DIR', completes: 'directory', help: 'with --extract, the directory to unpack into' },
    },
  },
  {
    name: 'platform',
    value: 'OS/ARCH',
    completes: 'platform',
    repeatable: true,
    group: 'what and where',
    commands: ['install', 'list'],
    help: "the machine that the artifact is for; default: this machine's; with several, each installs into DIR/OS-ARCH",
    own: {
      list: { help: 'list only what is published for this platform, or for all at once; default: every one' },
    },
  },
  {
    name: 'extract',
    value: 'MEMBER',
    variadic: true,
    group: 'what and where',
    commands: PROVING,
    help:
      'unpack the proven tarball, or only the members that are named, instead of keeping it, into a new directory: the ' +
      'one of --output, or one of its own name in --install-dir, else in the current directory; write it behind the components',
    own: {
      verify: {
        help:
          'unpack the proven tarball, or only the members that are named, into a new directory: the one of --output, or ' +
          'one of its own name in the current directory; write it behind the file',
      },
    },
  },
  {
    name: 'from-tarball',
    value: 'TARBALL',
    completes: 'tarball',
    group: 'what and where',
    commands: INSTALL,
    help: 'take the binaries out of the proven kubernetes-client, -node or -server tarball (client, node or server)',
  },
  {
    name: 'list',
    group: 'what and where',
    commands: VERIFY,
    help: 'print what the proven tarball holds, and write nothing',
  },
  {
    name: 'force-name',
    group: 'what and where',
    commands: INSTALL,
    help: 'try a component or a platform that the built-in table of releases lacks; it is proved all the same',
  },
  {
    name: 'save-bundle',
    group: 'what and where',
    commands: PROVING,
    help: 'write FILE.sigstore.json beside the file, with which it can be verified without a network',
  },
  {
    name: 'check-sums',
    group: 'evidence',
    commands: INSTALL,
    help: "also compare the proven digest with the release's SHA256SUMS, SHA512SUMS and provenance.json",
  },
  {
    name: 'bundle',
    value: 'FILE',
    completes: 'file',
    group: 'evidence',
    commands: VERIFY,
    help: 'the Sigstore bundle; default: FILE.sigstore.json or FILE.sigstore beside the file',
  },
  {
    name: 'signature',
    value: 'FILE',
    completes: 'file',
    group: 'evidence',
    commands: VERIFY,
    help: 'the detached signature (base64), together with --certificate',
  },
  {
    name: 'certificate',
    value: 'FILE',
    completes: 'file',
    group: 'evidence',
    commands: VERIFY,
    help: 'the signing certificate (PEM, or base64 of PEM), together with --signature',
  },
  {
    name: 'predicate-type',
    value: 'URI',
    group: 'evidence',
    commands: VERIFY,
    help:
      'take a signed statement with this predicate type as the evidence; it proves what it says, and not that the file ' +
      'was released; without this option no statement proves anything',
  },
  {
    name: 'certificate-identity',
    value: 'SAN',
    group: 'trust',
    commands: PROVING,
    help:
      "who must have signed: the certificate's identity, letter for letter; together with --certificate-oidc-issuer; " +
      'default: the signer of the Kubernetes releases',
  },
  {
    name: 'certificate-oidc-issuer',
    value: 'URL',
    group: 'trust',
    commands: PROVING,
    help: 'the OIDC issuer that vouched for that identity, letter for letter',
  },
  {
    name: 'key',
    value: 'FILE',
    completes: 'file',
    group: 'trust',
    commands: VERIFY,
    help: 'a public key (PEM) that must have signed, instead of a certificate identity',
  },
  {
    name: 'k8s-verify-release',
    value: 'VERSION',
    optional: true,
    group: 'trust',
    commands: VERIFY,
    help:
      'who must have signed is the workflow that releases k8s-verify itself, at that version (v1.2.3) or, without one, ' +
      'at any; write it behind the file',
  },
  {
    name: 'trusted-root',
    value: 'FILE',
    completes: 'file',
    group: 'trust',
    commands: ASKING,
    help: 'a Sigstore trusted root (JSON) instead of the embedded one of the public-good instance',
  },
  {
    name: 'mirror',
    value: 'URL',
    repeatable: true,
    group: 'network',
    commands: DOWNLOADING,
    help:
      'where to download from, laid out as https://dl.k8s.io (the default); where one fails, the next is asked; ' +
      'the checks are the same for every source',
    own: {
      list: { help: 'where a name such as stable is looked up; default: https://dl.k8s.io' },
      doctor: { help: 'the release server to look at; default: https://dl.k8s.io' },
    },
  },
  {
    name: 'rekor-url',
    value: 'URL',
    group: 'network',
    commands: ASKING,
    help: 'the transparency log to ask; default: https://rekor.sigstore.dev',
    own: {
      verify: {
        help: 'the transparency log to ask, where there is no bundle; default: https://rekor.sigstore.dev',
      },
    },
  },
  {
    name: 'retries',
    value: 'N',
    group: 'network',
    commands: CONNECTING,
    help: `how often a request is made again after a passing fault; default: ${DEFAULT_RETRIES}`,
    own: { doctor: { help: 'how often a request is made again after a passing fault; default: 0' } },
  },
  {
    name: 'retry-delay',
    value: 'TIME',
    group: 'network',
    commands: CONNECTING,
    help: `the longest wait before the first retry, doubled for each further one; default: ${DEFAULT_RETRY_DELAY_MS}ms`,
  },
  {
    name: 'timeout',
    value: 'TIME',
    group: 'network',
    commands: CONNECTING,
    help:
      'the most time for each request and each download, retries included, as in 30s or 5m; default: ' +
      `${DEFAULT_REQUEST_TIMEOUT_MS / MINUTE_MS}m for a request, ${DEFAULT_DOWNLOAD_TIMEOUT_MS / MINUTE_MS}m for a download`,
    own: {
      verify: { help: REQUEST_TIMEOUT },
      list: { help: REQUEST_TIMEOUT },
      doctor: { help: 'the most time for each request, as in 30s; default: 10s' },
    },
  },
  {
    name: 'ca-file',
    value: 'FILE',
    completes: 'file',
    group: 'network',
    commands: CONNECTING,
    help: 'certificates (PEM) of authorities to trust for TLS beside the usual ones, for a proxy or a mirror',
  },
  {
    name: 'json',
    group: 'output',
    commands: CONNECTING,
    help: 'print one JSON object on stdout, on failure too',
  },
  { name: 'quiet', group: 'output', commands: CONNECTING, help: 'print nothing but the result and errors' },
  {
    name: 'verbose',
    group: 'output',
    commands: CONNECTING,
    help: 'print more: the evidence, the trusted root, and the causes behind an error',
    own: {
      list: { help: 'print more: the causes behind an error' },
      doctor: { help: 'print more: the causes behind an error' },
    },
  },
  { name: 'help', short: 'h', group: 'output', commands: ALL, help: 'print this help' },
  { name: 'version', group: 'output', commands: ALL, help: 'print the version of k8s-verify' },
];

/** As it is typed: `--install-dir DIR`. */
export function optionUsage(option: OptionSpec): string {
  const short = option.short === undefined ? '' : `-${option.short}, `;
  return `${short}--${option.name}${option.value === undefined ? '' : ` ${placeholder(option, option.value)}`}`;
}

function placeholder(option: OptionSpec, value: string): string {
  if (option.variadic === true) return `[${value} ...]`;
  return option.optional === true ? `[${value}]` : value;
}

/** Whether the word behind it is its value, whatever it is. */
export function alwaysTakesValue(option: OptionSpec): boolean {
  return option.value !== undefined && option.variadic !== true && option.optional !== true;
}

/** The options of a command, as they are for it. */
export function optionsOf(command: CommandName): readonly OptionSpec[] {
  return OPTIONS.filter((option) => option.commands.includes(command)).map((option) =>
    asFor(command, option),
  );
}

function asFor(command: CommandName, option: OptionSpec): OptionSpec {
  return { ...option, ...option.own?.[command] };
}
