/** What `k8s-verify help N` says of exit code N, and docs/exit-codes.md of all of them. */
import type { ExitCode } from '../exit-codes.ts';

export interface ExitCodePage {
  /** After `Exit code N: `. */
  readonly title: string;
  /** What was learnt, and whether the file may be used. */
  readonly meaning: string;
  readonly causes: readonly string[];
  /** Steps, each with what to type where there is something to type. */
  readonly steps: readonly (readonly [text: string, command?: string])[];
  /** Commands that show the same without k8s-verify. */
  readonly yourself?: readonly string[];
}

const FROM_ITS_SOURCE = ['take it from its source:', 'k8s-verify kubectl VERSION'] as const;
const LOOK_AROUND = ['look at network, clock and trusted root:', 'k8s-verify doctor'] as const;
const TELL_KUBERNETES = ['if dl.k8s.io itself sends it, tell security@kubernetes.io'] as const;
const ALL_CHECKS = ['see every check:', 'k8s-verify verify FILE --verbose'] as const;

export const EXIT_CODE_PAGES: Readonly<Record<ExitCode, ExitCodePage>> = {
  0: {
    title: 'proved',
    meaning:
      'Every check passed for every file that you asked for. If you asked to install them, they are installed.',
    causes: [],
    steps: [],
  },
  1: {
    title: 'a bug, an output that could not be written, or a machine that cannot judge',
    meaning: 'Nothing was proved, or the result could not be printed. This says nothing about the file.',
    causes: [
      'a fault in k8s-verify',
      'standard output that cannot be written, on a full disk for instance',
      'a Node or a machine that refuses the proven sample that k8s-verify carries',
    ],
    steps: [
      ['make room where the output goes, and run it again'],
      ['try another Node, or the executable that needs none'],
      ['report the output to the project that you got k8s-verify from'],
    ],
  },
  2: {
    title: 'the command line cannot be understood, a named file cannot be read, or the policy forbids it',
    meaning: 'Nothing was done.',
    causes: [
      'a mistyped option',
      'two options that contradict each other',
      'a file that is missing or is of another kind',
      'a request that the policy file forbids, or a policy file that cannot be used',
    ],
    steps: [['see what a command takes:', 'k8s-verify COMMAND --help']],
  },
  3: {
    title: 'there is no such release or component',
    meaning: 'Kubernetes does not publish what was asked for. Nothing was installed.',
    causes: [
      'a mistyped name or version',
      'a platform that this release was not built for',
      'a mirror that lacks the release',
    ],
    steps: [['see what a release has:', 'k8s-verify list VERSION']],
  },
  4: {
    title: 'something needed could not be fetched, or a name is not bound',
    meaning: 'Nothing was learnt about the file, neither good nor bad, and nothing was installed.',
    causes: [
      'no network, or a proxy that is not named',
      'with --offline: what no earlier run kept on this machine',
      'a server or the transparency log that is down or slow',
      'a mirror that lacks the signature, or a mirror directory that lacks the file',
      'a mirror directory with something in it that is not read: a link that leads out of it, a pipe, a file without the right to read it',
      'verify: a file that has no evidence next to it, and none where k8s-verify looked',
      'with --require-name or verify --as: a file that nothing signed names, neither the release manifest nor the file itself',
    ],
    steps: [
      LOOK_AROUND,
      ['try again later, or name another source:', 'k8s-verify kubectl VERSION --mirror URL'],
      ['with --require-name: demand a digest that you know, with --sha256'],
    ],
  },
  5: {
    title: "this trusted root, or this machine's clock, cannot judge it",
    meaning: 'Nothing was learnt about the file, neither good nor bad, and nothing was installed.',
    causes: [
      'a k8s-verify whose trusted root is older than the signing',
      'a clock of this machine that is wrong',
      'an installation of k8s-verify that is damaged',
    ],
    steps: [
      LOOK_AROUND,
      ['renew the trusted root:', 'k8s-verify trusted-root update'],
      ['or set the clock, install a newer k8s-verify, or name a newer root with --trusted-root FILE'],
    ],
  },
  10: {
    title: 'no signature is published for this file',
    meaning: 'Without a signature there is no proof. Do not use the file.',
    causes: ['a release from before Kubernetes signed its files', 'a file that Kubernetes does not sign'],
    steps: [
      ['see what of a release is signed:', 'k8s-verify list VERSION'],
      ['use a release that is signed'],
    ],
  },
  11: {
    title: 'the signature files are malformed or too large',
    meaning: 'What should be a signature, a certificate or a bundle is something else. Do not use the file.',
    causes: ['a proxy or mirror that answers with a page of its own', 'a download that was cut', 'an attack'],
    steps: [FROM_ITS_SOURCE, LOOK_AROUND],
    yourself: ['head -c 200 FILE.sig FILE.cert'],
  },
  12: {
    title: 'the file is not the one that was signed',
    meaning: 'The signature is good, and it is for other bytes than these. Do not use the file.',
    causes: [
      'a mirror or proxy that changes or cuts files',
      'a mirror that was filled from another build',
      'a file changed after it was installed',
      'an attack',
    ],
    steps: [FROM_ITS_SOURCE, ['see whether a proxy is in the way:', 'k8s-verify doctor'], TELL_KUBERNETES],
    yourself: [
      'sha256sum FILE',
      'curl -fsSL https://dl.k8s.io/release/VERSION/bin/linux/amd64/kubectl.sha256',
      '# the two differ',
    ],
  },
  13: {
    title: 'the signature does not fit the file, or a signed statement says something else',
    meaning: 'The key in the certificate did not make this signature of this file. Do not use the file.',
    causes: ['signature and certificate of different files', 'a file that was changed', 'an attack'],
    steps: [FROM_ITS_SOURCE, ALL_CHECKS],
    yourself: [
      'base64 -d FILE.cert | openssl x509 -pubkey -noout > key.pem',
      'base64 -d FILE.sig > sig.der',
      'openssl dgst -sha256 -verify key.pem -signature sig.der FILE',
    ],
  },
  14: {
    title: 'the signing certificate is not trusted',
    meaning:
      'No authority of the trusted root issued the certificate, or no certificate log recorded it. Do not use the file.',
    causes: [
      'a file signed with another Sigstore than the public one',
      'a certificate that an attacker made',
      'a trusted root that is too old',
    ],
    steps: [
      FROM_ITS_SOURCE,
      ['for a Sigstore of your own, name its root:', 'k8s-verify verify FILE --trusted-root FILE'],
      ['read more:', 'k8s-verify help trust'],
    ],
    yourself: ['base64 -d FILE.cert | openssl x509 -noout -issuer -dates'],
  },
  15: {
    title: 'another signer',
    meaning:
      'A signature proves who signed, and it was not the signer that was asked for. Do not use the file.',
    causes: [
      'a build by a distribution or a vendor',
      'a file that someone signed in their own name',
      'an attack',
    ],
    steps: [FROM_ITS_SOURCE, ['if you trust that signer:', 'k8s-verify help trust']],
    yourself: ['base64 -d FILE.cert | openssl x509 -noout -ext subjectAltName'],
  },
  16: {
    title: 'the transparency log entry is missing or invalid',
    meaning: 'The signing is not on public record as it should be. Do not use the file.',
    causes: [
      'evidence from a log that the trusted root does not know',
      'a signature that was never logged',
      'a log that shows two views of itself',
      'an attack',
    ],
    steps: [FROM_ITS_SOURCE, ALL_CHECKS],
  },
  17: {
    title: 'no trustworthy time of signing',
    meaning:
      'A certificate is valid for minutes only, and nothing shows that it was used in that time. Do not use the file.',
    causes: [
      'evidence without a time that the log or a timestamp authority signed',
      'a clock of this machine that is wrong',
    ],
    steps: [LOOK_AROUND, FROM_ITS_SOURCE],
  },
  18: {
    title: 'the trusted root is not valid',
    meaning:
      'The named trusted root cannot be used, so nothing proved with it would count. Do not use the file.',
    causes: ['another JSON file than a trusted root', 'a trusted root that was cut or edited'],
    steps: [['leave out --trusted-root, or fetch that file again'], LOOK_AROUND],
  },
  19: {
    title: 'the file is genuine, but it is something else',
    meaning:
      'The release signer signed it, as another component, version or platform than the one that was asked for, or as a second build of a release. Do not use it under this name.',
    causes: [
      'a mirror, proxy or cache that serves an old release under a new name',
      'a mirror that was filled by hand, with files mixed up',
      'a second build under a name whose first build was proved on this machine',
    ],
    steps: [FROM_ITS_SOURCE, TELL_KUBERNETES],
    yourself: ['go version -m FILE'],
  },
  20: {
    title: 'it could not be put in its place, or a file to verify could not be read',
    meaning: 'No check has failed. The disk is as it was.',
    causes: [
      'a directory that you may not write to',
      'a full disk',
      'something else under that name',
      'a file to verify that is missing, or that you may not read',
    ],
    steps: [['install where you may write:', 'k8s-verify kubectl --install-dir ~/.local/bin']],
  },
  21: {
    title: 'the archive holds something that is refused, or lacks what was asked for',
    meaning: 'The tarball is the one that was signed. It was not unpacked, and the disk is as it was.',
    causes: ['a mistyped member', 'a tarball with links or paths that lead out of the directory'],
    steps: [['see what it holds:', 'k8s-verify verify FILE.tar.gz --list']],
  },
  22: {
    title: 'the lockfile, the mirror or the release is out of date or not consistent',
    meaning:
      'No check has failed, and the disk is as it was. The lockfile lacks what was asked for, or something that the index of the mirror lists is not there; or files and lists of a release do not fit each other.',
    causes: [
      'a version under asked that was bumped, by a bot for instance, and not locked again',
      'a component, a version or a platform that is not locked',
      'evidence that was not committed with the lockfile',
      'a file that was removed from the mirror by hand, or a copy of it that is not complete',
      'an index that something else wrote, or wrote half',
      'a signature that upstream published with the wrong file, as of kubectl v1.35.0, or a checksum list that differs from what is proved',
      'a release that is not complete yet',
      'a signed release manifest that lists other files than the one that an earlier run kept of the same release',
    ],
    steps: [
      ['lock what the lockfile asks for:', 'k8s-verify lock'],
      ['see what the mirror lacks:', 'k8s-verify mirror --check DIR'],
      ['fetch it again:', 'k8s-verify mirror COMPONENT VERSION --to DIR'],
      ['see what is wrong in a release:', 'k8s-verify release VERSION'],
    ],
  },
  23: {
    title: 'genuine, but not allowed by the policy',
    meaning:
      'Every check passed, and the policy file that the run is under does not allow this file. Nothing was installed.',
    causes: [
      'a release that is too new, too old, or not among those allowed',
      'a signing in a time that the policy denies, because the signer was not safe then',
      'evidence without something that the policy demands',
      'an exception that has ended',
    ],
    steps: [
      ['see what the policy says:', 'k8s-verify policy check FILE'],
      ['take a release that it allows'],
      ['or ask those who keep it for an exception, which has a reason and an end'],
    ],
  },
  24: {
    title: "another builder's file",
    meaning:
      'Its version has the mark of another builder, as those of EKS, GKE and k3s have. Kubernetes did not sign it, and nothing is proved about it.',
    causes: ['a build by a distribution or a vendor', 'a file that only pretends to be one'],
    steps: [['ask its builder for a signature or a digest'], FROM_ITS_SOURCE],
    yourself: ['go version -m FILE'],
  },
  130: {
    title: 'interrupted',
    meaning: 'Ctrl-C or a signal ended the run. What was staged is removed, and the disk is as it was.',
    causes: [],
    steps: [['run it again']],
  },
};
