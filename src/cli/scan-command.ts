import { add } from './add-command.ts';
import * as option from './declared-options.ts';
import * as scan from './scan-options.ts';
import type { StrictCommand } from './strict-command.ts';

export function addScan(program: StrictCommand): void {
  add(
    program,
    {
      name: 'scan',
      operands: '[PATH...]',
      summary: 'find Kubernetes programs on this machine and prove them',
      group: 'INSTALL AND CHECK',
    },
    [
      scan.root(),
      scan.processes(),
      scan.oneFileSystem(),
      scan.allowVendor(),
      scan.allowDigest(),
      scan.jsonLines(),
      scan.metrics(),
      option.attest(),
      option.report(),
      option.evidenceLockfile(),
      ...option.trust(),
      option.dataDir(),
      option.mirror(
        'where evidence comes from that is not here; default https://dl.k8s.io; may be repeated, in order',
      ),
      option.rekorUrl(),
      option.retries(),
      option.retryDelay(),
      option.timeout(option.REQUEST_TIMEOUT),
      option.caFile(),
    ],
  ).describe({
    usages: ['k8s-verify scan [PATH...] [OPTIONS]'],
    examples: [
      { command: 'k8s-verify scan', meaning: 'the usual places' },
      { command: 'k8s-verify scan --processes', meaning: 'and what runs' },
      { command: 'k8s-verify scan /opt/tools --one-file-system', meaning: 'everything below a directory' },
      { command: 'k8s-verify scan --root /host --json-lines', meaning: 'a mounted host' },
    ],
    details: [
      'Find Kubernetes programs and prove each. Nothing is run and nothing is changed.',
      'What a program says that it is tells only where evidence is looked for. The worst verdict decides the exit code; ' +
        "another builder's file ends with 24, unless --allow-vendor names its builder. Nothing found ends with 0, and with " +
        '3 below a PATH.',
    ],
    success: 'everything that was found is genuine',
    failures: [1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 23, 24, 130],
  });
}
