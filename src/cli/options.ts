/** The options, as one table: the parser, help, completion, the manual page and the README are written from it. */
import { DEFAULT_RETRIES } from '../limits.ts';
import type { CommandName } from './commands.ts';

export type OptionName =
  | 'install-dir'
  | 'output'
  | 'platform'
  | 'save-bundle'
  | 'check-sums'
  | 'extract'
  | 'from-tarball'
  | 'list'
  | 'force-name'
  | 'bundle'
  | 'signature'
  | 'certificate'
  | 'key'
  | 'k8s-verify-release'
  | 'certificate-identity'
  | 'certificate-oidc-issuer'
  | 'trusted-root'
  | 'mirror'
  | 'rekor-url'
  | 'retries'
  | 'retry-delay'
  | 'timeout'
  | 'ca-file'
  | 'json'
  | 'quiet'
  | 'verbose'
  | 'help'
  | 'version';

export type OptionGroup = 'what and where' | 'evidence' | 'trust' | 'network' | 'output';

export interface OptionSpec {
  readonly name: OptionName;
  /** One letter, without its dash. */
  readonly short?: string;
  /** The placeholder of its value; absent for a switch. */
  readonly value?: string;
  /** What a shell can complete the value with; default: nothing. */
  readonly completes?: 'file' | 'directory' | 'platform' | 'tarball';
  readonly repeatable?: true;
  /** Takes any number of values, none included, up to the next option. */
  readonly variadic?: true;
  /** Takes a value where the next word is no option, and means something without one too. */
  readonly optional?: true;
  readonly group: OptionGroup;
  readonly commands: readonly CommandName[];
  /** One or two sentences; no capital at the start, no full stop at the end. */
  readonly help: string;
}

const INSTALL = ['install'] as const;
const VERIFY = ['verify'] as const;
const PROVING = ['install', 'verify'] as const;
const DOWNLOADING = ['install', 'list', 'doctor'] as const;
const CONNECTING = ['install', 'verify', 'list', 'doctor'] as const;
const ASKING = ['install', 'verify', 'doctor'] as const;
const ALL = ['install', 'verify', 'list', 'doctor', 'completion'] as const;

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
  },
  {
    name: 'platform',
    value: 'OS/ARCH',
    completes: 'platform',
    repeatable: true,
    group: 'what and where',
    commands: ['install', 'list'],
    help: "the machine that the artifact is for; default: this machine's (list: every one); with several, each installs into DIR/OS-ARCH",
  },
  {
    name: 'extract',
    value: 'MEMBER',
    variadic: true,
    group: 'what and where',
    commands: PROVING,
    help:
      'unpack the proven tarball, or only these members of it, instead of keeping it; into a directory of its name, ' +
      'in the current one where no other is named, or the one of --output; write it behind the components or the file',
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
    help: 'the Sigstore bundle; default: FILE.sigstore.json beside the file',
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
    name: 'certificate-identity',
    value: 'SAN',
    group: 'trust',
    commands: PROVING,
    help:
      'who must have signed, as a whole string; together with --certificate-oidc-issuer; default: the signer ' +
      'of the Kubernetes releases',
  },
  {
    name: 'certificate-oidc-issuer',
    value: 'URL',
    group: 'trust',
    commands: PROVING,
    help: 'the OIDC issuer that vouched for that identity, as a whole string',
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
  },
  {
    name: 'rekor-url',
    value: 'URL',
    group: 'network',
    commands: ASKING,
    help: 'the transparency log to ask; default: https://rekor.sigstore.dev',
  },
  {
    name: 'retries',
    value: 'N',
    group: 'network',
    commands: CONNECTING,
    help: `how often a request is made again after a passing fault; default: ${DEFAULT_RETRIES}`,
  },
  {
    name: 'retry-delay',
    value: 'TIME',
    group: 'network',
    commands: CONNECTING,
    help: 'the longest wait before the first retry, doubled for each further one: 500ms, 2s',
  },
  {
    name: 'timeout',
    value: 'TIME',
    group: 'network',
    commands: CONNECTING,
    help: 'the most time for each request and each download, retries included: 30s, 5m',
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

export function optionsOf(command: CommandName): readonly OptionSpec[] {
  return OPTIONS.filter((option) => option.commands.includes(command));
}
