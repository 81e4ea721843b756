/** Where an answer differs from its mock-up, and why. */

export interface Difference {
  readonly because: string;
  /** The beginnings of lines: `- ` only in the mock-up, `+ ` only in the answer. */
  readonly lines: readonly string[];
}

/** The answer that shows what a mock-up shows, where its name is another one. */
export const SCREEN_OF: Readonly<Record<string, string>> = {
  'install-progress.tty': 'tables/80.txt',
  'doctor.tty': 'screens/doctor-without-log.tty.txt',
  'trusted-root-show.tty': 'screens/trusted-root-show-tuf.tty.txt',
  'scan.tty': 'screens/scan-refused.tty.txt',
  'scan.pipe': 'screens/scan-refused.pipe.txt',
  'json-failure': 'screens/json-failure.pipe.txt',
};

/** Mock-ups that are no answer of a command line, and where they are held. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  'action-annotation': 'test/action/log.test.ts',
  'action-summary': 'test/action/action.test.ts',
};

/** Mock-ups of commands that are not there. */
export const ABSENT: readonly string[] = ['report-layout'];

export const DIFFERENCES: Readonly<Record<string, Difference>> = {
  'install-progress.tty': {
    because: 'the scene downloads three files',
    lines: ['+ kubeadm NUMBER'],
  },
  'install-one.pipe': {
    because: 'the scene asks for stable, into a directory that is not on PATH',
    lines: ['- installed kubectl', '+ installed kubectl', '+ note: PATH', '+ note: another'],
  },
  'install-verbose.tty': {
    because:
      'a check is told in its own words, as JSON has them; variables in effect and the trusted root are told when they begin to count',
    lines: [
      '+ K8S_VERIFY_DATA_DIR sets',
      '+ trusted root:',
      '- ✓ file',
      '- ✓ signature',
      '- ✓ certificate',
      '- ✓ recorded',
      '- ✓ in',
      '- ✓ time',
      '+ ✓ file',
      '+ ✓ signature',
      '+ ✓ certificate',
      '+ ✓ recorded',
      '+ ✓ in',
      '+ ✓ time',
      '- ✓ name',
      '+ ✓ name',
      '- trusted root',
      '+ evidence signature',
      '+ trusted root',
    ],
  },
  'verify.tty': {
    because: "the platform is told where it is not this machine's, as the specification says of all answers",
    lines: ['- ✓ PATH', '+ ✓ PATH'],
  },
  'verify.pipe': {
    because: 'the scene has one file',
    lines: ['- genuine PATH'],
  },
  'digest.tty': {
    because: 'the scene has one platform',
    lines: ['- linux/arm64 DIGEST'],
  },
  'digest.pipe': {
    because: 'the scene is for this platform',
    lines: ['- kubectl NUMBER', '+ kubectl NUMBER'],
  },
  'digest-dockerfile.pipe': {
    because: 'the scene has one platform',
    lines: ['- FROM scratch', '- ADD --chmod=NUMBER'],
  },
  'lock.tty': {
    because: 'the scene has no lock before',
    lines: ['- ✓ locked', '+ ✓ locked'],
  },
  'install-locked.tty': {
    because: 'a lockfile lists components by name, so that a diff shows what changed',
    lines: ['+ ✓ installed', '- ✓ installed'],
  },
  'mirror.tty': {
    because: 'the directory is told as it was typed',
    lines: ['- PATH is', '- k8s-verify kubectl', '+ k8s is', '+ k8s-verify kubectl'],
  },
  'mirror.pipe': {
    because: 'the scene fills an empty directory, and the summary is on stderr',
    lines: [
      '- kept PATH',
      '+ added PATH',
      '+ added PATH',
      '+ added PATH',
      '+ added PATH',
      '+ added PATH',
      '+ added NUMBER',
    ],
  },
  'install-mirror.tty': {
    because: 'the scene names a trusted root file, whose age nothing says',
    lines: ['- offline: trusted', '+ offline: trusted'],
  },
  'release.tty': {
    because: 'the scene has two files and no report; a line of a signer is as wide as the terminal',
    lines: [
      '- signed DAY',
      '+ signed DAY',
      '- images NUMBER',
      '- tarballs NUMBER',
      '- documents NUMBER',
      '- SHA256SUMS, SHA512SUMS,',
      '- report: v1.36.2.html',
      '+ kubernetes-release.spdx, SHA256SUMS,',
    ],
  },
  'scan.tty': {
    because:
      'each refused file is told in full, since a node has several kinds of them; nothing runs in the scene',
    lines: [
      '- ✓ PATH',
      '- ✓ PATH',
      '+ ✓ PATH',
      '- NUMBER of',
      '- next k8s-verify',
      '- Do not',
      '+ k8s-verify: error:',
      '+ wanted a',
      '+ found it',
      '+ why anyone',
      '+ next ask',
      '+ k8s-verify: refused:',
      '+ wanted sha256:DIGEST',
      '+ found sha256:DIGEST',
      '+ from URL',
      '+ why it',
      '+ next get',
      '+ NUMBER of',
      '+ PATH',
      '+ Exit code',
    ],
  },
  'scan.pipe': {
    because: 'the scene has three files; stderr is in it',
    lines: [
      '- genuine PATH',
      '- other-builder PATH',
      '- refused PATH',
      '+ genuine PATH',
      '+ other-builder PATH',
      '+ refused PATH',
      '+ k8s-verify: error:',
      '+ wanted a',
      '+ found it',
      '+ why anyone',
      '+ next ask',
      '+ k8s-verify: refused:',
      '+ wanted sha256:DIGEST',
      '+ found sha256:DIGEST',
      '+ from URL',
      '+ why it',
      '+ next get',
      '+ NUMBER of',
    ],
  },
  'trusted-root-show.tty': {
    because:
      'the scene has a Sigstore of its own; which root it is and where from is told in the words of all answers',
    lines: [
      '- ✓ public-good',
      '+ ✓ trusted',
      '- fulcio.sigstore.dev certificates',
      '- rekor.sigstore.dev public',
      '- ctfe.sigstore.dev/NUMBER certificate',
      '+ fulcio.sigstore.test certificates',
      '+ rekor.sigstore.test public',
      '+ log2025-1.rekor.sigstore.test public',
      '+ ctfe.sigstore.test/NUMBER certificate',
      '+ timestamp.sigstore.test/api/v1/timesta',
    ],
  },
  'trusted-root-update.tty': {
    because: 'a key is told with its log ID',
    lines: ['- rekor log2026-1.rekor.sigstore.dev,', '+ appears: log', '+ since DAY'],
  },
  'trusted-root-export.tty': {
    because: 'the scene names another file',
    lines: ['- ✓ wrote', '+ ✓ wrote'],
  },
  'list.tty': {
    because:
      'what else there is is counted, and the table is of releases of that minor: nothing was looked up',
    lines: ['+ (NUMBER more:', '+ (NUMBER container', '+ ! this', '+ NUMBER was'],
  },
  'doctor.tty': {
    because: 'the scene runs behind a proxy, before a release, with a trusted root file',
    lines: [
      '- ✓ k8s-verify',
      '- ✓ downloads',
      '- ! public',
      '- ✓ trusted',
      '- ✓ clock',
      '- ✓ install',
      '- ✓ evidence',
      '- NUMBER thing',
      '+ ! K8S_VERIFY_DATA_DIR',
      '+ ✓ k8s-verify',
      '+ ✓ downloads',
      '+ ! public',
      '+ ✓ trusted',
      '+ ✓ clock',
      '+ ! install',
      '+ ! install',
      '+ ✓ evidence',
      '+ NUMBER things',
    ],
  },
  'completion.tty': {
    because: 'the scene shows how the script ends; how to load it is told below',
    lines: ['+ [many lines]', '+ complete -c', '+ now: k8s-verify', '+ always: k8s-verify'],
  },
  'version.tty': {
    because: 'there is no release yet, and so no day of it',
    lines: ['- k8s-verify NUMBER,', '+ k8s-verify NUMBER,'],
  },
  'fail-name.tty': {
    because: 'it need not be a mirror; the scene has no release manifest',
    lines: [
      '- k8s-verify: refused:',
      '- wanted kubectl',
      '- found kubectl',
      '+ k8s-verify: refused:',
      '+ found kubectl',
    ],
  },
  'fail-signer.tty': {
    because:
      'no "somebody"; the evidence is named; the scene has a trusted root that a released file is not proved by',
    lines: [
      '- k8s-verify: refused:',
      '+ k8s-verify: refused:',
      '- why a',
      '- next get',
      '+ from ./kubectl.sigstore.json',
      '+ why a',
      '+ next do',
    ],
  },
  'fail-log.tty': {
    because: 'attempts are told as they fail; the line to type is told as well',
    lines: [
      '+ again: attempt',
      '+ (URL)',
      '+ again: attempt',
      '+ (URL)',
      '- found HTTP',
      '+ found HTTP',
      '- why the',
      '- next try',
      '+ why the',
      '+ next try',
    ],
  },
  'fail-root.tty': {
    because: 'the scene names a trusted root file: nothing says how old it is',
    lines: [
      '- k8s-verify: error:',
      '- wanted the',
      '- found a',
      '- next k8s-verify',
      '+ k8s-verify: error:',
      '+ wanted a',
      '+ found "trusted_root.json"',
      '+ why a',
      '+ next download',
    ],
  },
  'fail-mirror.tty': {
    because: 'the whole line to type',
    lines: ['- next ask', '+ next ask'],
  },
  'fail-offline.tty': {
    because: 'verify FILE also reads what all users share: more than one directory',
    lines: ['- found none', '+ found none'],
  },
  'fail-lock.tty': {
    because: "the platform is this machine's; the line that failed is told again",
    lines: [
      '- wanted kubectl',
      '- found kubectl',
      '- next k8s-verify',
      '+ wanted kubectl',
      '+ found kubectl',
      '+ next k8s-verify',
    ],
  },
  'fail-typo.tty': {
    because: 'list alone names releases',
    lines: ['- Exit code', '+ Exit code'],
  },
  'help.tty': {
    because: 'policy is a command, and there are more topics',
    lines: [
      '- release prove',
      '+ release prove',
      '- list what',
      '+ list the',
      '+ policy print',
      '- --offline open',
      '- -h, --help',
      '- TOPICS k8s-verify',
      '+ -h, --help',
      '+ --version alone',
      '+ TOPICS k8s-verify',
      '+ versions, NUMBER',
    ],
  },
  'help-install.tty': {
    because: 'options are in the order of the other pages, and more of them are usual',
    lines: [
      '- k8s-verify install',
      '+ k8s-verify install',
      '- k8s-verify kubectl',
      '+ k8s-verify kubectl',
      '- NUMBER, NUMBER',
      '+ NUMBER, NUMBER',
      '+ prerelease-NUMBER',
      '- --install-dir DIR',
      '- -o, --output',
      '- --platform OS/ARCH',
      '- --mirror URL|DIR',
      '- --locked exactly',
      '- --offline open',
      '+ --install-dir DIR',
      '+ -o, --output',
      '+ --platform OS/ARCH',
      '+ --locked exactly',
      '+ --lockfile FILE',
      '+ --mirror URL|DIR',
      '+ -n, --dry-run',
      '+ --extract unpack',
      '- --extract unpack',
      '- -n, --dry-run',
      '- More options',
      '+ More options',
      '+ k8s-verify install',
    ],
  },
  'help-12.tty': {
    because: 'it says how to see it with the tools of everyone',
    lines: [
      '- The signature',
      '- the file.',
      '+ The signature',
      '+ file.',
      '- a mirror',
      '- from another',
      '+ a mirror',
      '+ another build;',
      '- 2. see',
      '- 3. if',
      '+ 2. see',
      '+ 3. if',
      '- k8s-verify digest',
      '+ curl -fsSL',
      '+ # the',
    ],
  },
  'json-failure': {
    because: 'the run says when, by which version and trusted root; stderr is in the scene',
    lines: [
      '- {"schemaVersion":NUMBER,"command":"ins',
      '+ {"schemaVersion":NUMBER,"command":"ins',
      '+ k8s-verify: refused:',
      '+ wanted sha256:DIGEST',
      '+ found sha256:DIGEST',
      '+ from URL',
      '+ next take',
      '+ Do not',
    ],
  },
};
