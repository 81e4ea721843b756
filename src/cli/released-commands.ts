/** The commands that prove files of releases for later: `digest`, `lock`, `mirror`. */
import { add } from './add-command.ts';
import * as option from './declared-options.ts';
import * as ofMirror from './mirror-options.ts';
import type { CliOption } from './option.ts';
import type { StrictCommand } from './strict-command.ts';

/** Who must have signed, what is kept, and how the network is used. */
export function trustAndNetwork(timeout: string = option.REQUEST_TIMEOUT): readonly CliOption[] {
  return [
    option.certificateIdentity(),
    option.certificateIssuer(),
    ...option.trust(),
    option.forgetName(),
    option.dataDir(),
    option.rekorUrl(),
    option.retries(),
    option.retryDelay(),
    option.timeout(timeout),
    option.caFile(),
  ];
}

export function addDigest(program: StrictCommand): void {
  add(
    program,
    {
      name: 'digest',
      operands: '[COMPONENT...]',
      summary: 'print proven digests without downloading the files',
      group: 'INSTALL AND CHECK',
    },
    [
      option.platform("for this platform; may be repeated; default: this machine's"),
      option.allPlatforms(),
      option.format(),
      option.paths(),
      option.evidenceLockfile(),
      option.mirror('where the signatures and the release manifest come from; may be repeated, in order'),
      ...trustAndNetwork(),
    ],
  ).describe({
    usages: ['k8s-verify digest COMPONENT[@VERSION]... [VERSION] [OPTIONS]'],
    examples: [
      { command: 'k8s-verify digest kubectl v1.30.2', meaning: 'for this machine' },
      {
        command: 'k8s-verify digest kubectl v1.30.2 --all-platforms --format sums',
        meaning: 'for sha256sum',
      },
      {
        command: 'k8s-verify digest kubectl v1.30.2 --platform linux/amd64 --format dockerfile',
        meaning: 'stages that a build copies from',
      },
    ],
    details: [
      'Print proven digests of release artifacts without downloading the files.',
      'The signed release manifest lists each digest, and the signature of the file proves it. A name that the manifest does not ' +
        'bind is an error. A platform that a component was never published for is left out, with a note.',
      'The formats: sums for sha256sum --check (names alone for one platform, OS/ARCH/NAME for several); env, variables for a ' +
        'shell; dockerfile, stages that a build for several platforms picks among; nix, for fetchurl; ansible, for get_url.',
    ],
    success: 'proved',
    failures: [1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 22, 23, 130],
  });
}

export function addMirror(program: StrictCommand): void {
  add(
    program,
    {
      name: 'mirror',
      operands: '[COMPONENT...]',
      summary: 'copy files and their evidence to a directory',
      group: 'REPEAT AND CARRY',
    },
    [
      ofMirror.to(),
      ofMirror.check(),
      option.platform("for this platform; may be repeated; default: this machine's"),
      option.allPlatforms(),
      ofMirror.prune(),
      ofMirror.evidenceOnly(),
      option.mirror('where the files come from; may be repeated, in order'),
      ...trustAndNetwork(option.DOWNLOAD_TIMEOUT),
    ],
  ).describe({
    usages: [
      'k8s-verify mirror COMPONENT[@VERSION]... [VERSION] --to DIR [OPTIONS]',
      'k8s-verify mirror --check DIR [OPTIONS]',
    ],
    examples: [
      { command: 'k8s-verify mirror kubectl v1.30.2 --to /srv/k8s', meaning: 'for this machine' },
      { command: 'k8s-verify mirror --check /srv/k8s', meaning: 'prove all of it again' },
      {
        command: 'k8s-verify mirror kubelet 1.30 --all-platforms --to /srv/k8s',
        meaning: 'its newest, for all',
      },
      {
        command: 'k8s-verify kubectl v1.30.2 --mirror /srv/k8s --offline',
        meaning: 'install from there',
      },
    ],
    details: [
      'Fill a directory with released files and their evidence, laid out like https://dl.k8s.io.',
      'Every digest is proved before the file is fetched. What is there and proves is kept. Each file is placed whole, with its ' +
        'bundle and everything that dl.k8s.io has next to it; a run that ends early leaves whole files, and the next one goes on.',
      'Any static server, bucket or stick carries the directory, and an install from it needs no network. The trusted root in it ' +
        'counts only where --trusted-root names it: first compare its digest with one that came another way.',
      'One run fills a directory at a time; a second one ends with 20 at once. --check changes nothing: each file has a verdict as ' +
        'of verify, or is missing (22), and the worst decides the exit code.',
    ],
    success: 'everything that was asked for is there and proved',
    failures: [1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 23, 130],
  });
}

export function addLock(program: StrictCommand): void {
  add(
    program,
    {
      name: 'lock',
      operands: '[COMPONENT...]',
      summary: 'write down files by digest, for install --locked',
      group: 'REPEAT AND CARRY',
    },
    [
      option.platform(
        "for this platform as well as those in the lockfile; may be repeated; default: this machine's",
      ),
      option.lockfile('another lockfile than k8s-verify.lock.json'),
      option.check(),
      option.noEvidence(),
      option.dryRun(),
      option.mirror('where the signatures and the release manifest come from; may be repeated, in order'),
      ...trustAndNetwork(option.REQUEST_TIMEOUT),
    ],
  ).describe({
    usages: ['k8s-verify lock [COMPONENT[@VERSION]...] [VERSION] [OPTIONS]', 'k8s-verify lock --check'],
    examples: [
      {
        command: 'k8s-verify lock kubectl kubeadm@1.30 --platform linux/amd64',
        meaning: 'two, and they are added or change',
      },
      { command: 'k8s-verify lock', meaning: 'again what the file asks for; 1.30 and stable move' },
      { command: 'k8s-verify lock --check', meaning: 'is it up to date? for a pull request' },
      { command: 'k8s-verify install --locked', meaning: 'exactly that, on any machine' },
    ],
    details: [
      'Prove release artifacts without downloading them, and write them down by digest.',
      'asked in the file has one version for each component, which a bot can bump. To remove a component or a platform, ' +
        'delete it there, and run k8s-verify lock. The evidence is written to k8s-verify.evidence next to the file.',
      'A locked version whose digest is not the proven one is refused with 12.',
    ],
    success: 'locked, or up to date',
    failures: [1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 23, 130],
  });
}
