import { add } from './add-command.ts';
import * as option from './declared-options.ts';
import * as ofRelease from './release-options.ts';
import { trustAndNetwork } from './released-commands.ts';
import type { StrictCommand } from './strict-command.ts';

export function addRelease(program: StrictCommand): void {
  add(
    program,
    {
      name: 'release',
      operands: '[VERSION]',
      summary: 'prove everything that a release has, and compare its lists',
      group: 'INSTALL AND CHECK',
    },
    [
      option.platform('only for this platform, and what is for all; may be repeated; default: every one'),
      ofRelease.component(),
      ofRelease.corroborate(),
      ofRelease.deep(),
      ofRelease.write(),
      option.report(),
      option.attest(),
      option.mirror('where the signatures and the lists come from; may be repeated, in order'),
      ...trustAndNetwork(option.DOWNLOAD_TIMEOUT),
    ],
  ).describe({
    usages: ['k8s-verify release VERSION [OPTIONS]'],
    examples: [
      { command: 'k8s-verify release v1.30.2', meaning: 'all of it, nothing is downloaded' },
      {
        command: 'k8s-verify release v1.30.2 --platform linux/amd64 --component kubelet',
        meaning: 'a part of it',
      },
      { command: 'k8s-verify release v1.30.2 --corroborate checksums.yml', meaning: 'who else says so' },
      { command: 'k8s-verify release v1.30.2 --write proved', meaning: 'a SHA256SUMS that is proved' },
    ],
    details: [
      'Prove every signed file of a release by its digest, and compare what the release says of itself.',
      'Its signed manifest, SHA256SUMS, SHA512SUMS, provenance.json and each .sha256 are held against what is proved. A file ' +
        'that is missing, or whose published signature is not its own, ends with 22; the worst verdict decides the exit code. ' +
        'What Kubernetes never signs has no verdict. What others recorded proves nothing, and changes no verdict.',
    ],
    success: 'every signed file is genuine, and no list of the release differs',
    failures: [1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 23, 130],
  });
}
