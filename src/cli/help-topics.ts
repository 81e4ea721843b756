/** The topics of `k8s-verify help TOPIC`, and its pages for exit codes. */
import { EXIT_CODE_MEANINGS } from '../exit-codes.ts';
import { variablesOf } from './environment.ts';
import { EXIT_CODE_PAGES, type ExitCodePage } from '../text/exit-code-pages.ts';
import { PageHelp, pages } from './help-page.ts';
import { createProgram } from './program.ts';

export const TOPICS = ['environment', 'exit-codes', 'evidence', 'offline', 'trust', 'versions'] as const;
export type Topic = (typeof TOPICS)[number];

const WRITERS: Readonly<Record<Topic, (help: PageHelp) => readonly string[]>> = {
  environment,
  'exit-codes': exitCodes,
  evidence,
  offline,
  trust,
  versions,
};

export function topicPage(topic: Topic, width: number): string {
  return pages(WRITERS[topic](new PageHelp(width)));
}

/** The variables besides those that stand for an option. */
export const OTHER_VARIABLES: readonly (readonly [names: string, meaning: string])[] = [
  ['HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY', 'which requests go through a proxy; lower case too'],
  ['NODE_EXTRA_CA_CERTS, SSL_CERT_FILE', 'certificates (PEM) to trust for TLS, as --ca-file'],
  ['NO_COLOR', 'no colour, unless --color says otherwise'],
  ['CLICOLOR_FORCE, FORCE_COLOR', 'colour in a pipe too'],
  ['SOURCE_DATE_EPOCH', 'the time that results say the run began, in seconds since 1970; it proves nothing'],
  ['TERM, CI', 'no table of downloads on a dumb terminal, or with CI'],
];

/** What is said of a variable besides that it is the same as an option. */
const VARIABLE_NOTES: Readonly<Record<string, string>> = {
  K8S_VERIFY_MIRROR: 'several, separated by white space',
  K8S_VERIFY_INSTALL_DIR: 'without effect where --output is given',
  K8S_VERIFY_DATA_DIR: 'the only such directory then',
  K8S_VERIFY_OFFLINE: '1 or true; 0 or false is the same as nothing',
  K8S_VERIFY_NO_PROGRESS: '1 or true; 0 or false is the same as nothing',
};

export function variableItems(): readonly (readonly [name: string, meaning: string])[] {
  return Array.from(variablesOf(createProgram()), ([name, option]) => {
    const note = VARIABLE_NOTES[name];
    return [name, `as ${option}${note === undefined ? '' : `; ${note}`}`] as const;
  });
}

const DATA_DIRECTORIES =
  'Root keeps them in /var/lib/k8s-verify, an elevated process on Windows in %ProgramData%\\k8s-verify. Other users ' +
  'read that too, and keep their own in $XDG_DATA_HOME/k8s-verify or ~/.local/share/k8s-verify, on macOS in ' +
  '~/Library/Application Support/k8s-verify, on Windows in %LOCALAPPDATA%\\k8s-verify.';

function environment(help: PageHelp): readonly string[] {
  return [
    help.paragraph('Variables say where files come from and how the network is used.', 0),
    `THE SAME AS AN OPTION\n${help.items(variableItems())}`,
    `OTHERS\n${help.items(OTHER_VARIABLES)}`,
    help.section('WHERE THINGS ARE KEPT', DATA_DIRECTORIES),
    help.paragraph(
      'An option on the command line counts before its variable, an empty variable counts as none, and an unknown ' +
        'K8S_VERIFY_ name is noted. No variable says who must have signed, names a trusted root, or leaves out a check.',
      0,
    ),
  ];
}

function exitCodes(help: PageHelp): readonly string[] {
  const items = Object.entries(EXIT_CODE_MEANINGS).map(([code, meaning]) => help.item(code, meaning, 3));
  return [
    help.paragraph(
      'From 10 to 19: do not use the file. With any other code, nothing was learnt about it or the trouble is elsewhere.',
      0,
    ),
    `EXIT CODES\n${items.join('\n')}`,
    help.paragraph('One of them in detail: k8s-verify help 12', 0),
  ];
}

function evidence(help: PageHelp): readonly string[] {
  return [
    help.paragraph('A proof needs more than the file: who signed which digest, and when.', 0),
    help.section(
      'WHAT IT IS MADE OF',
      'the signature of the SHA-256; the certificate that names the signer; the entry of the public log, which gives the time',
    ),
    help.section(
      'WHERE IT COMES FROM',
      'install takes FILE.sigstore.json or FILE.sig and FILE.cert from where the file is, and asks the log for what they lack. ' +
        'verify takes what --bundle or --signature names, else what is next to the file, else what an earlier run kept, else what is published under the name that the file claims, else what the log has for its digest.',
    ),
    `KEEP IT\n${help.items(
      [
        ['k8s-verify kubectl v1.30.2', 'again: proves the same file without a network'],
        ['k8s-verify kubectl v1.30.2 --save-bundle', 'writes kubectl.sigstore.json next to kubectl'],
        ['k8s-verify verify kubectl', 'later, with that bundle, without a network'],
      ],
      44,
    )}`,
    `SEE IT\n${help.items([['k8s-verify verify kubectl --verbose', 'every check, and the evidence it used']], 44)}`,
  ];
}

function offline(help: PageHelp): readonly string[] {
  return [
    help.paragraph(
      'With --offline no connection is opened; what is not on this machine ends the run with 4.',
      0,
    ),
    help.section(
      'WHAT A PROOF NEEDS HERE',
      'the file; its evidence: a bundle next to it, a mirror directory, or what an earlier run kept; a trusted root',
    ),
    `CARRY FILES\n${help.items(
      [
        ['k8s-verify mirror kubectl v1.30.2 --to DIR', 'with a network: files and evidence'],
        ['k8s-verify mirror --check DIR', 'after the way: is it whole?'],
        ['k8s-verify kubectl v1.30.2 --mirror DIR --offline', 'here'],
      ],
      52,
    )}`,
    `CARRY A TRUSTED ROOT\n${help.items(
      [
        [
          'k8s-verify trusted-root export root.json',
          'with a network, for what was signed after this k8s-verify was made',
        ],
        [
          '... --offline --trusted-root root.json',
          'here, if trusted-root show says the same digest on both sides',
        ],
      ],
      44,
    )}`,
    help.paragraph('A list of versions needs the network: name an exact one, v1.30.2.', 0),
  ];
}

function trust(help: PageHelp): readonly string[] {
  return [
    help.paragraph('A signature proves who signed. k8s-verify asks for one signer, letter for letter.', 0),
    help.section(
      'THE SIGNER',
      'Without an option, the signer of the Kubernetes releases. For another one name both, as the certificate has them:',
    ),
    help.paragraph(
      '--certificate-identity SAN --certificate-oidc-issuer URL\n--key FILE                    a public key instead (verify)\n' +
        '--k8s-verify-release any      the workflow that releases k8s-verify (verify)',
      4,
    ),
    help.section(
      'THE TRUSTED ROOT',
      'The keys of Sigstore that a proof rests on are built into k8s-verify, and renewed at most once a day from what Sigstore signs. ' +
        'k8s-verify trusted-root show lists them. For a Sigstore of your own: --trusted-root FILE.',
    ),
    help.section(
      'WHAT IT DOES NOT SAY',
      'A proof says that the Kubernetes release process signed these bytes, not that they are free of faults. There is no ' +
        'option, variable or file that leaves out a check.',
    ),
  ];
}

function versions(help: PageHelp): readonly string[] {
  return [
    help.paragraph('A version names one release, or is looked up at the release server and printed.', 0),
    `ONE RELEASE\n${help.items([
      ['v1.30.2, 1.30.2', 'that release'],
      ['v1.31.0-rc.1', 'that pre-release'],
    ])}`,
    `LOOKED UP\n${help.items([
      ['stable', 'the newest release; the default'],
      ['1.30, stable-1.30', 'the newest release of 1.30'],
      ['prerelease', 'the newest pre-release'],
      ['prerelease-1.31', 'the newest pre-release of 1.31'],
    ])}`,
    help.paragraph(
      'latest is asked back: to some tools it is stable, to Kubernetes it is the newest pre-release.',
      0,
    ),
  ];
}

function exitCodePage(code: number, page: ExitCodePage, width: number): string {
  const help = new PageHelp(width);
  const termWidth = Math.max(
    ...page.steps.map(([text, command]) => (command === undefined ? 0 : text.length + 3)),
  );
  const steps = page.steps.map(([text, command], index) => {
    const step = `${index + 1}. ${text}`;
    return command === undefined
      ? help.paragraph(step)
      : help.item(step, command, Math.min(termWidth, width - 36));
  });
  return pages([
    help.paragraph(`Exit code ${code}: ${page.title}`, 0),
    help.paragraph(page.meaning),
    ...(page.causes.length === 0 ? [] : [help.section('USUAL CAUSES', page.causes.join('; '))]),
    ...(steps.length === 0 ? [] : [`WHAT TO DO\n${steps.join('\n')}`]),
    ...(page.yourself === undefined
      ? []
      : [`SEE IT YOURSELF\n${page.yourself.map((line) => `  ${line}`).join('\n')}`]),
  ]);
}

/** The page of an exit code, by its number as typed; undefined where there is no such code. */
export function exitCodePageOf(text: string, width: number): string | undefined {
  const entry = Object.entries(EXIT_CODE_PAGES).find(([code]) => code === text);
  return entry === undefined ? undefined : exitCodePage(Number(text), entry[1], width);
}
