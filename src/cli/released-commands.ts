/** The commands that prove files of a release without having them: `digest`. */
import { add } from './add-command.ts';
import * as option from './declared-options.ts';
import type { CliOption } from './option.ts';
import type { StrictCommand } from './strict-command.ts';

/** Who must have signed, what is kept, and how the network is used. */
function trustAndNetwork(): readonly CliOption[] {
  return [
    option.certificateIdentity(),
    option.certificateIssuer(),
    ...option.trust(),
    option.forgetName(),
    option.dataDir(),
    option.rekorUrl(),
    option.retries(),
    option.retryDelay(),
    option.timeout(option.REQUEST_TIMEOUT),
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
    failures: [1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 130],
  });
}
