/**
 * The command line, declared once: the parser, help, the manual pages, completion and the tables in the documents are all
 * made from it. The other commands are in `set-up-commands.ts`, and the options in `declared-options.ts`.
 */
import { commonOptions } from './common-options.ts';
import * as option from './declared-options.ts';
import { add } from './add-command.ts';
import { addDigest, addLock, addMirror } from './released-commands.ts';
import { addCompletion, addDoctor, addHelp, addPolicy, addTrustedRoot } from './set-up-commands.ts';
import { addRelease } from './release-command.ts';
import { addScan } from './scan-command.ts';
import { StrictCommand } from './strict-command.ts';

/** The groups of commands on the first page of help. */
export const COMMAND_GROUPS: readonly string[] = ['INSTALL AND CHECK', 'REPEAT AND CARRY', 'SET UP'];

/** @returns the root, with every command below it; it reads one command line, and a new one is made for the next */
export function createProgram(): StrictCommand {
  const program = new StrictCommand('k8s-verify')
    .summary('k8s-verify installs Kubernetes programs after proving who signed them.')
    .describe({
      usages: [
        'k8s-verify COMPONENT... [VERSION]      the word install may be left out',
        'k8s-verify COMMAND [ARGUMENTS] [OPTIONS]',
      ],
      examples: [
        { command: 'k8s-verify kubectl v1.30.2', meaning: 'install kubectl, if it is genuine' },
        { command: 'k8s-verify kubeadm kubelet 1.30', meaning: 'the newest 1.30 of both' },
        { command: 'k8s-verify verify /usr/bin/kubelet', meaning: 'is this file genuine?' },
        { command: 'k8s-verify digest kubectl v1.30.2', meaning: 'a digest for a Dockerfile' },
      ],
      details: [],
      success: 'proved (and, where asked, installed)',
      failures: [],
    });
  for (const one of commonOptions()) program.addOption(one);
  addInstall(program);
  addVerify(program);
  addScan(program);
  addDigest(program);
  addRelease(program);
  addLock(program);
  addMirror(program);
  addList(program);
  addDoctor(program);
  addTrustedRoot(program);
  addPolicy(program);
  addCompletion(program);
  addHelp(program);
  return program;
}

/** Words that are taken for a command where they come first. */
export function commandNames(program: StrictCommand = createProgram()): readonly string[] {
  return program.strictCommands.flatMap((command) => [command.name(), ...command.aliases()]);
}

function addInstall(program: StrictCommand): void {
  add(
    program,
    {
      name: 'install',
      operands: '[COMPONENT...]',
      summary: 'download, prove, install',
      group: 'INSTALL AND CHECK',
    },
    [
      option.installDir(),
      option.output(
        '-o, --output <FILE>',
        'one file, under this name; with --extract, the directory to unpack into',
      ),
      option.platform('for another machine; may be repeated, then each is installed into DIR/OS-ARCH'),
      option.locked(),
      option.lockfile('another lockfile, with --locked meant'),
      option.mirror('download from there, laid out as https://dl.k8s.io; may be repeated, in order'),
      option.dryRun(),
      option.member(),
      option.extract('into a new directory instead of keeping it'),
      option.fromTarball(),
      option.forceName(),
      option.certificateIdentity(),
      option.certificateIssuer(),
      option.requireName(),
      option.sha256(),
      ...option.trust(option.policy()),
      option.saveBundle(),
      option.attest(),
      option.checkSums(),
      option.forgetName(),
      option.dataDir(),
      option.rekorUrl(),
      option.retries(),
      option.retryDelay(),
      option.timeout(option.DOWNLOAD_TIMEOUT),
      option.caFile(),
    ],
  ).describe({
    usages: [
      'k8s-verify [install] COMPONENT[@VERSION]... [VERSION] [OPTIONS]',
      'k8s-verify install --locked [COMPONENT...] [OPTIONS]',
    ],
    examples: [
      { command: 'k8s-verify kubectl', meaning: 'newest stable release' },
      { command: 'k8s-verify kubeadm kubelet kubectl v1.30.2', meaning: 'three, all or none' },
      { command: 'k8s-verify kubectl@v1.29.3 -o kubectl-1.29', meaning: 'into a file' },
      { command: 'k8s-verify kubectl v1.30.2 --platform linux/arm64', meaning: 'for another machine' },
    ],
    section: [
      'VERSION',
      'v1.30.2, 1.30 (its newest), stable (the default), stable-1.30, prerelease, prerelease-1.30',
    ],
    details: [
      'Download Kubernetes files, prove each, and only then install them.',
      'Anything short of proof changes nothing on disk. Several files are installed all or none.',
      'A version at the end counts for every component without one of its own. Without any version, stable is taken, and ' +
        'the version that it stood for is printed.',
    ],
    success: 'proved, and installed or unpacked',
    failures: [1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 130],
  });
}

function addVerify(program: StrictCommand): void {
  add(
    program,
    {
      name: 'verify',
      operands: '[FILE...]',
      summary: 'prove files that you have',
      group: 'INSTALL AND CHECK',
    },
    [
      option.as(),
      option.bundle(),
      option.signature(),
      option.certificate(),
      option.predicateType(),
      option.saveBundle(),
      option.attest(),
      option.evidenceLockfile(),
      option.list(),
      option.member(),
      option.extract('into a new directory'),
      option.output('-o, --output <DIR>', 'with --extract, the directory to unpack into'),
      option.certificateIdentity(),
      option.certificateIssuer(),
      option.key(),
      option.ownRelease(),
      option.forgetName(),
      ...option.trust(),
      option.dataDir(),
      option.mirror(
        'where to look for evidence that is not here, and with --as for the release manifest; default ' +
          'https://dl.k8s.io; may be repeated, in order',
      ),
      option.rekorUrl(),
      option.retries(),
      option.retryDelay(),
      option.timeout(option.REQUEST_TIMEOUT),
      option.caFile(),
    ],
  ).describe({
    usages: ['k8s-verify verify FILE... | sha256:DIGEST [OPTIONS]'],
    examples: [
      { command: 'k8s-verify verify /usr/bin/kubelet', meaning: 'evidence is found by itself' },
      { command: 'k8s-verify verify kubectl --as kubectl@v1.30.2', meaning: 'and it must be that version' },
      {
        command: 'k8s-verify verify kubectl --signature kubectl.sig --certificate kubectl.cert',
        meaning: 'with the two files that Kubernetes publishes',
      },
      {
        command: 'k8s-verify verify k8s-verify-linux-x64 --k8s-verify-release v0.2.0',
        meaning: 'a newer k8s-verify, before it is used',
      },
    ],
    section: [
      'WHICH EVIDENCE',
      'what --bundle or --signature names; else FILE.sigstore.json or FILE.sigstore next to the file; else FILE.sig and ' +
        'FILE.cert, completed by the transparency log; else what an earlier run kept for the same bytes; else ' +
        'what dl.k8s.io or --mirror has under the name that it claims; else the log, by its digest',
    ],
    details: [
      'Prove files that you have, or a digest that was computed elsewhere.',
      'Each file has a verdict: genuine, attested, refused, unsigned, not-judged, other-builder or unreadable. The worst decides the exit code.',
      'Nothing is installed. Without --certificate-identity, --key or --k8s-verify-release, the signer must be the one of the Kubernetes releases.',
    ],
    success: 'proved',
    failures: [1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 130],
  });
}

function addList(program: StrictCommand): void {
  add(
    program,
    {
      name: 'list',
      operands: '[VERSION]',
      summary: 'the newest releases; what one has, and what is signed',
      group: 'SET UP',
    },
    [
      option.platform('only what is published for this platform; may be repeated; default: for every one'),
      option.all(),
      option.mirror('where a name such as stable is looked up; default https://dl.k8s.io'),
      option.retries(),
      option.retryDelay(),
      option.timeout(option.REQUEST_TIMEOUT),
      option.caFile(),
    ],
  )
    .alias('ls')
    .describe({
      usages: ['k8s-verify list [VERSION] [OPTIONS]'],
      examples: [
        { command: 'k8s-verify list v1.30.2 --platform linux/arm64', meaning: 'one release, one platform' },
        { command: 'k8s-verify list', meaning: 'the newest release of each supported minor' },
      ],
      details: [
        'List the newest release of each minor that Kubernetes supports, or of the one that you name, as in 1.30.',
        'With a version, --platform or --all: list what a release has, for which platforms, and what of it is signed.',
        'The list is what Kubernetes publishes for a release of that minor, from a table built into k8s-verify. Only a name ' +
          'such as stable is looked up: a version is taken as it is, whether there is such a release or not. Where the ' +
          'table was not checked against releases of that minor, a note says so.',
      ],
      success: 'listed',
      failures: [1, 2, 3, 4, 130],
    });
}
