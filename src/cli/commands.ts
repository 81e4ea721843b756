/** The command words. Help, the parser, completion and the manual page are all written from these tables. */
import type { ExitCode } from '../exit-codes.ts';

export type CommandName = 'install' | 'verify' | 'list' | 'doctor' | 'completion';

export interface CommandSpec {
  readonly name: CommandName;
  /** What follows `k8s-verify` on a usage line. */
  readonly usage: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** Paragraphs, for the command's own help. */
  readonly description: readonly string[];
  readonly examples: readonly CommandExample[];
  /** What exit code 0 says of it. */
  readonly success: string;
  /** The others that it can end with; what they mean is in `EXIT_CODE_MEANINGS`. */
  readonly failures: readonly Exclude<ExitCode, 0>[];
}

export interface CommandExample {
  readonly command: string;
  readonly meaning: string;
}

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'install',
    usage: '[install] <component>[@version] ... [version] [options]',
    summary: 'download, prove, and only then install (the command word may be left out)',
    description: [
      'Downloads Kubernetes release artifacts, proves the cosign signature, the transparency log entry and ' +
        'the signer of each, and only then installs them. Anything short of proof changes nothing on disk.',
      'A version is v1.26.0, 1.26.0, 1.26 (its newest release), stable, stable-1.26, latest or latest-1.26. ' +
        'The last argument, where it reads as a version, counts for every component without one of its own; ' +
        'without any version, stable is taken, and the version that it stood for is printed.',
      'A component that is called like a command is written behind the command word: k8s-verify install verify.',
    ],
    success: 'proved, and installed or unpacked',
    failures: [1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16, 17, 18, 20, 21, 130],
    examples: [
      { command: 'k8s-verify kubectl v1.26.0', meaning: 'one binary for this machine' },
      { command: 'k8s-verify kubeadm kubelet kubectl 1.30', meaning: 'three of one version' },
      {
        command: 'k8s-verify kubectl@v1.29.3 --platform linux/arm64 --output kubectl-arm64',
        meaning: 'for another machine, into a file',
      },
    ],
  },
  {
    name: 'verify',
    usage: 'verify <file | sha256:digest> [options]',
    summary: 'prove a local file or a digest; nothing is downloaded or installed',
    description: [
      'Proves a file that is already here, or a digest that was computed elsewhere. The evidence is a Sigstore ' +
        'bundle, or a signature with its certificate, which are completed by a look-up in the transparency log.',
      'Without --bundle or --signature, FILE.sigstore.json or FILE.sigstore beside the file is taken, else FILE.sig and FILE.cert.',
      'Without --certificate-identity, --key or --k8s-verify-release, the signer must be the one of the Kubernetes ' +
        'releases.',
    ],
    success: 'proved',
    failures: [1, 2, 4, 5, 11, 12, 13, 14, 15, 16, 17, 18, 20, 21, 130],
    examples: [
      { command: 'k8s-verify verify kubectl', meaning: 'with kubectl.sigstore.json beside it' },
      {
        command: 'k8s-verify verify kubectl --signature kubectl.sig --certificate kubectl.cert',
        meaning: 'with the two files that Kubernetes publishes',
      },
      {
        command: 'k8s-verify verify k8s-verify-linux-x64 --k8s-verify-release v0.2.0',
        meaning: 'a newer k8s-verify, before it is used',
      },
    ],
  },
  {
    name: 'list',
    usage: 'list [version] [options]',
    summary: 'what Kubernetes publishes for a release, and what of it is signed',
    description: [
      'Lists the components of a release (default: stable), the platforms they are published for, and whether they ' +
        'are signed.',
      'The list is what Kubernetes publishes for a release of that minor, from a table built into k8s-verify. Only a name ' +
        'such as stable is looked up: a version is taken as it is, whether there is such a release or not. Where the table ' +
        'was not checked against releases of that minor, a note says so.',
    ],
    success: 'listed',
    failures: [1, 2, 3, 4, 130],
    examples: [
      { command: 'k8s-verify list v1.30.2 --platform linux/arm64', meaning: 'one release, one platform' },
    ],
  },
  {
    name: 'doctor',
    usage: 'doctor [options]',
    summary: 'look at what a run needs on this machine: network, clock, trusted root, PATH',
    description: [
      'Looks at everything that a run depends on and says in one line each what was found and what to do about it. ' +
        'Nothing is installed. It ends with 0 where a run can be expected to work.',
    ],
    success: 'a run can be expected to work; else the code of what would stop it',
    failures: [1, 2, 3, 4, 17, 18, 130],
    examples: [{ command: 'k8s-verify doctor', meaning: 'before the first install, or when one fails' }],
  },
  {
    name: 'completion',
    usage: 'completion <bash | zsh | fish>',
    summary: 'print a completion script for a shell',
    description: [
      'Prints a script that completes commands, options, components and platforms. It asks nobody while completing.',
    ],
    success: 'printed',
    failures: [1, 2],
    examples: [
      { command: 'source <(k8s-verify completion bash)', meaning: 'for this shell' },
      {
        command: 'k8s-verify completion fish > ~/.config/fish/completions/k8s-verify.fish',
        meaning: 'for every fish',
      },
    ],
  },
];

export function commandSpec(name: CommandName): CommandSpec {
  const spec = COMMANDS.find((command) => command.name === name);
  if (spec === undefined) throw new TypeError(`no such command: ${name}`);
  return spec;
}
