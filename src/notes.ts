/**
 * What a person should know that is no failure. Each kind of note has a code, so that no program has to read sentences;
 * this file has all of them.
 */

/** The kind of a note, for programs. New ones may be added. */
export type NoteCode =
  | 'bundle-not-fetched'
  | 'checksum-not-fetched'
  | 'signature-files-stale'
  | 'other-signing-used'
  | 'release-manifest-proves'
  | 'release-manifest-not-used'
  | 'release-manifest-silent'
  | 'binary-says-other-version'
  | 'file-name-says-other'
  | 'scan-unread'
  | 'scan-stopped'
  | 'nothing-found'
  | 'metrics-not-written'
  | 'metrics-not-collected'
  | 'processes-not-read'
  | 'release-manifest-time-odd'
  | 'platform-skipped'
  | 'signed-days-apart'
  | 'release-extra'
  | 'others-differ'
  | 'lockfile-not-used'
  | 'publisher-not-asked'
  | 'file-renewed'
  | 'others-can-change'
  | 'older-bundle-left'
  | 'label-not-restored'
  | 'not-kept'
  | 'kept-not-used'
  | 'evidence-not-used'
  | 'name-memory-damaged'
  | 'name-forgotten'
  | 'name-not-forgotten'
  | 'directory-not-on-path'
  | 'another-first-on-path'
  | 'trusted-root-not-renewed'
  | 'trusted-root-in-mirror'
  | 'log-not-compared'
  | 'mirror-extra'
  | 'mirror-root-kept'
  | 'mirror-root-replaced'
  | 'mirror-taken-over'
  | 'mirror-not-asked'
  | 'policy-others-can-change'
  | 'variable-unknown'
  | 'variable-not-read'
  | 'variable-in-effect'
  | 'node-variables'
  | 'tls-switch-ignored'
  | 'release-not-looked-up'
  | 'release-looked-up'
  | 'summaries-left-out'
  | 'summaries-not-written'
  | 'release-not-in-table';

/** What each code means, in one phrase; docs/json.md prints this table. */
export const NOTE_MEANINGS: Readonly<Record<NoteCode, string>> = {
  'bundle-not-fetched': 'the bundle could not be fetched; signature and certificate proved the artifact',
  'checksum-not-fetched': 'the checksum file could not be fetched; it was not needed',
  'signature-files-stale': 'a cache on the way had old signature files; fresh copies proved the artifact',
  'other-signing-used':
    'the published signature proved nothing; the log has another signing of the same digest, which passed every check',
  'release-manifest-proves':
    'the published signature does not fit; the signed release manifest lists the digest, and proves it',
  'release-manifest-not-used': 'the signed release manifest could not be had or proved, and binds no name',
  'release-manifest-silent': 'the signed release manifest does not list the artifact',
  'binary-says-other-version':
    'the version in the binary is another one than its release, which the release manifest proves',
  'file-name-says-other': 'a file that was verified is one component, and its own name is that of another',
  'scan-unread':
    'files, directories or processes could not be looked at, and may be Kubernetes programs (scan only)',
  'scan-stopped': 'a scan stopped at a limit, and did not look at everything (scan only)',
  'nothing-found': 'no Kubernetes program is in the usual places (scan only)',
  'metrics-not-written':
    'the file of metrics could not be written, and the scan failed for another reason (scan only)',
  'metrics-not-collected': 'the file of metrics has a name that a collector does not read (scan only)',
  'processes-not-read': 'there is no /proc that says what runs (scan only)',
  'release-manifest-time-odd': 'the release manifest was not made within a week before it was signed',
  'platform-skipped': 'a component was never published for a platform that was asked for, and was left out',
  'signed-days-apart': 'the files of a release were not signed in one day (release only)',
  'release-extra':
    'a release lists files that the table of components lacks; they were not judged (release only)',
  'others-differ':
    'a list of digests that others recorded has another one than is proved; that is no verdict (release only)',
  'lockfile-not-used': 'a lockfile lies in this directory, and the run did not use it',
  'publisher-not-asked':
    'dl.k8s.io could not be asked for its records next to the mirror (--check-sums only)',
  'file-renewed': 'a file with the same bytes could not be left alone, and a new one took its place',
  'others-can-change': 'other users can change what was placed, or the lockfile',
  'older-bundle-left': 'the bundle next to the file is of another file, and was left alone',
  'label-not-restored': 'the SELinux label of a file could not be set',
  'not-kept': 'something could not be kept in the data directory, or removed from it',
  'kept-not-used': 'something in the data directory could not be read and was not used',
  'evidence-not-used': 'evidence that was found proved nothing; other evidence proved the artifact',
  'name-memory-damaged': 'what was remembered of a name could not be read, and was written anew',
  'name-forgotten': 'the digest that was remembered for a name was forgotten, as you asked',
  'name-not-forgotten': 'a name that you asked to forget was not proved in this run, or was not remembered',
  'directory-not-on-path': 'a shell does not find what was installed in this directory',
  'another-first-on-path': 'a shell starts another program of the same name',
  'trusted-root-not-renewed': 'the trusted root could not be renewed by TUF; an older one was used',
  'trusted-root-in-mirror':
    'the trusted root that was named lies in the mirror, so those who fill the mirror decide what is proved',
  'log-not-compared': 'the log did not prove that it has only grown since an earlier run; it was not needed',
  'mirror-extra': 'something in a mirror is no file of a release, and was not looked at',
  'mirror-root-kept':
    'the trusted root in a mirror stays: it is newer than that of the run, or that of the run has no date (mirror only)',
  'mirror-root-replaced':
    'the trusted root in a mirror was another one, nothing showed how old it was, and it was replaced (mirror only)',
  'mirror-taken-over': 'a run that was killed had left its lock on the mirror; this run went on from there',
  'mirror-not-asked': 'K8S_VERIFY_MIRROR names a server, and the run is offline',
  'policy-others-can-change': 'other users can change the policy file, and so what is allowed',
  'variable-unknown': 'a K8S_VERIFY_ variable is set that k8s-verify does not read',
  'variable-not-read': 'a variable tells other tools which keys count; k8s-verify does not read it',
  'variable-in-effect': 'a K8S_VERIFY_ variable sets an option (doctor only)',
  'node-variables': 'variables make Node load code or options before k8s-verify runs',
  'tls-switch-ignored': 'a variable asks for unchecked TLS, and has no effect',
  'release-not-looked-up': 'whether the release exists was not looked up (list only)',
  'release-looked-up': 'which release the list is of, where you named none (list only)',
  'summaries-left-out': 'what could not be judged, or has no known digest, has no verification summary',
  'summaries-not-written':
    'the file of verification summaries could not be written, and the run failed for a worse reason',
  'release-not-in-table':
    'the release is newer or older than those that the list was checked against (list only)',
};

/** Something that a person should know and that is no failure. */
export interface Note {
  /** The kind of note, for programs. */
  readonly code: NoteCode;
  /** One sentence for people; foreign text in it is not made printable yet. */
  readonly text: string;
}

export function note(code: NoteCode, text: string): Note {
  return { code, text };
}
