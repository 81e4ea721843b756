import type { CheckResult } from '../../../src/proof/verdict.ts';
import type { ArtifactResult } from '../../../src/result.ts';

/** Everything that a result can have, as the compiler sees to. */
export function aFullResult(): Required<ArtifactResult> {
  const crossCheck = {
    source: 'SHA256SUMS',
    from: '',
    outcome: 'agrees',
    proved: false,
    detail: 'agrees',
  } as const;
  return {
    component: '',
    version: '',
    platform: '',
    name: {
      bound: true,
      by: ['binary'],
      manifestSha256: 'a'.repeat(64),
      manifestBundleSha256: 'f'.repeat(64),
    },
    containerImage: { reference: 'registry.k8s.io/kube-proxy', digest: `sha256:${'c'.repeat(64)}` },
    path: '',
    source: '',
    signedAt: '',
    predicateType: '',
    bundlePath: '/usr/local/bin/kubectl.sigstore.json',
    keptEvidence: '/var/lib/k8s-verify/evidence/636a',
    manifestPath: '/usr/local/bin/kubectl.kubernetes-release.spdx',
    fromTarball: {
      name: 'kubernetes-client-linux-amd64.tar.gz',
      sha256: 'b'.repeat(64),
      member: 'kubernetes/client/bin/kubectl',
    },
    extracted: { files: 1, bytes: 2 },
    members: [{ path: 'a', kind: 'file', bytes: 2, mode: '0644', modified: '2022-12-09T00:00:00.000Z' }],
    othersCanChange: [{ path: '/home/alice', who: 'user 1000' }],
    previous: '',
    policy: {
      path: '/etc/k8s-verify/platform.json',
      sha256: 'd'.repeat(64),
      exceptions: [
        { sha256: 'e'.repeat(64), lifts: ['minimumAge'], reason: 'INC-4711', until: '2026-12-31' },
      ],
      patchesBehind: { count: 1, newest: 'v1.26.5' },
    },
    crossChecks: [{ ...crossCheck, compared: ['sha256'] }],
    ...anArtifactResult(),
  };
}

/** A result as an install of kubectl v1.26.4 has it. */
export function anArtifactResult(changes: Partial<ArtifactResult> = {}): ArtifactResult {
  const check: CheckResult = { outcome: 'passed', detail: 'as it should be' };
  return {
    outcome: 'installed',
    claim: 'genuine',
    component: 'kubectl',
    version: 'v1.26.4',
    platform: 'linux/amd64',
    path: '/usr/local/bin/kubectl',
    bundleSha256: 'e'.repeat(64),
    sha256: '636ac0eaa467dbceda4b2c4e33662adc9709f5ce40341c9fc1a687fc276ac02d',
    source: 'https://dl.k8s.io/release/v1.26.4/bin/linux/amd64/kubectl',
    evidence: {
      kind: 'detached',
      location: 'https://dl.k8s.io/release/v1.26.4/bin/linux/amd64/kubectl',
      log: 'https://rekor.sigstore.dev',
    },
    signer: {
      kind: 'certificate-identity',
      subjectAlternativeName: 'krel-staging@k8s-releng-prod.iam.gserviceaccount.com',
      issuer: 'https://accounts.google.com',
    },
    signedAt: '2023-04-12T12:26:15.000Z',
    logEntries: [
      {
        logIndex: '17866340',
        logId: 'c0d23d6ad406973f9559f3ba2d1ca01f84147d8ffc5b8445c224f98b9591801d',
        logUrl: 'https://rekor.sigstore.dev',
        integratedTime: '2023-04-12T12:26:15.000Z',
      },
    ],
    trustedRoot: {
      source: 'embedded',
      tufVersion: 16,
      sha256: 'a'.repeat(64),
      asOf: '2026-10-07T00:00:00Z',
    },
    checks: {
      material: check,
      time: check,
      chain: check,
      sct: check,
      set: check,
      inclusionProof: check,
      checkpoint: check,
      entry: check,
      signature: check,
      identity: check,
      digest: check,
    },
    notes: [],
    ...changes,
  };
}
