/** What was probably meant, by spelling and by meaning. One answer at most, and never a way to check less. */
import { firstOnPath } from '../disk/first-on-path.ts';
import { RequestError } from '../errors.ts';
import { excerpt } from '../text/excerpt.ts';
import { COMPONENTS } from '../release/component.ts';
import { nearest } from '../text/nearest.ts';
import { quoted } from '../text/quoted.ts';
import type { CliOption } from './option.ts';
import { releasesElsewhere } from './other-projects.ts';
import { commandText } from './words.ts';

export interface Meant {
  /** Where more is to be said than that there is no such option. */
  readonly message?: string;
  readonly advice?: string;
}

const OPTIONS_BY_MEANING: Readonly<Record<string, string>> = {
  '--dir': '--install-dir DIR',
  '--bin-dir': '--install-dir DIR',
  '--to': '--install-dir DIR',
  '--arch': '--platform OS/ARCH',
  '--os': '--platform OS/ARCH',
  '-V': '--version',
};

/** The option that people mean by a name that other tools have, `--install-dir` for `--bin-dir`. */
export function anotherWordFor(name: string): string | undefined {
  return ofTable(OPTIONS_BY_MEANING, name)?.split(' ', 1)[0];
}

const LEAVING_OUT = /^--(?:insecure|skip|no-verify|no-check|allow-insecure|disable)/i;

export function meantOption(flag: string, name: string, options: readonly CliOption[]): Meant {
  if (LEAVING_OUT.test(name)) {
    return {
      message: `there is no way to leave out a check, and no option ${excerpt(flag)}`,
      advice: 'run it without that option; what fails then says why',
    };
  }
  const bare = name.replace(/^-+/, '');
  const names = options.map((option) => option.name());
  const near = nearest(bare, names) ?? nearest(bare.replace(/^no-/, ''), names);
  const meant = ofTable(OPTIONS_BY_MEANING, name) ?? (near === undefined ? undefined : `--${near}`);
  return meant === undefined ? {} : { advice: `did you mean ${meant}?` };
}

/** Own fields only: the words are foreign input, and every object has a `constructor`. */
function ofTable(table: Readonly<Record<string, string>>, word: string): string | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}

const COMMANDS_BY_MEANING: Readonly<Record<string, string>> = {
  get: 'install',
  download: 'install',
  fetch: 'install',
  add: 'install',
  i: 'install',
  check: 'verify',
  prove: 'verify',
  validate: 'verify',
  use: 'lock',
  pin: 'lock',
  freeze: 'lock',
  hash: 'digest',
  sum: 'digest',
  sha256: 'digest',
  checksum: 'digest',
  installed: 'scan',
  status: 'scan',
  which: 'scan',
  audit: 'release',
  versions: 'list',
  'ls-remote': 'list',
  report: 'release',
  inspect: 'release',
  copy: 'mirror',
  sync: 'mirror',
  diagnose: 'doctor',
  env: 'doctor',
  info: 'doctor',
  root: 'trusted-root',
  trust: 'trusted-root',
  tuf: 'trusted-root',
  init: 'trusted-root',
  initialize: 'trusted-root',
};

const REMOVING: ReadonlySet<string> = new Set(['uninstall', 'remove', 'rm']);
const UPDATING: ReadonlySet<string> = new Set(['self-update', 'upgrade', 'update']);

const COMPONENT_NAMES: readonly string[] = COMPONENTS.map(({ name }) => name);

/**
 * The error for a first word that is neither a command nor a component, where something can be said about it.
 *
 * @param words the whole command line
 * @param commands the names of commands
 */
export function mistypedCommand(
  word: string,
  words: readonly string[],
  commands: readonly string[],
): RequestError | undefined {
  const lower = word.toLowerCase();
  const elsewhere = releasesElsewhere(word);
  if (elsewhere !== undefined) return notOfKubernetes(word, elsewhere);
  if (REMOVING.has(lower)) return removesNothing(words[words.indexOf(word) + 1]);
  if (UPDATING.has(lower)) return replacesNothing(lower);
  const meaning = ofTable(COMMANDS_BY_MEANING, lower);
  if (meaning !== undefined && commands.includes(meaning)) {
    return new RequestError('usage', `there is no command ${word}`, {
      // What stands after such a word is the name of a program: a scan takes directories, a list takes versions.
      next:
        meaning === 'scan' || meaning === 'list' ? `k8s-verify ${meaning}` : instead(words, word, meaning),
    });
  }
  const spelled = nearest(lower, commands);
  if (spelled === undefined || nearest(lower, COMPONENT_NAMES) !== undefined) return undefined;
  return new RequestError('component-unknown', `there is no command and no component ${excerpt(word)}`, {
    next: instead(words, word, spelled),
  });
}

/** The error for a name that Kubernetes does not publish, where something can be said about it. */
export function mistypedComponent(word: string, words: readonly string[]): RequestError | undefined {
  const elsewhere = releasesElsewhere(word);
  if (elsewhere !== undefined) return notOfKubernetes(word, elsewhere);
  const near = nearest(word.toLowerCase(), COMPONENT_NAMES);
  if (near === undefined) return undefined;
  return new RequestError('component-unknown', `there is no component ${excerpt(word)}`, {
    next: instead(words, word, near),
  });
}

/** How the error for such a program begins to say what was found. */
export const ANOTHER_PROJECT = 'a project of its own';

function notOfKubernetes(word: string, releases: string): RequestError {
  return new RequestError('component-unknown', `${word} is not part of a Kubernetes release`, {
    found: `${ANOTHER_PROJECT}: ${releases}`,
    why: 'k8s-verify proves what the Kubernetes release process signs, and nothing else',
    next: 'get it from that project, with the checks that it offers',
  });
}

/** The same line with a better word, which may have a version after an `@`. */
function instead(words: readonly string[], word: string, better: string): string {
  const line = words.map((one) =>
    one === word || one.startsWith(`${word}@`) ? `${better}${one.slice(word.length)}` : one,
  );
  return commandText(line) ?? `k8s-verify ${better}`;
}

/** The program of that name that a shell finds, or where to look for it. */
function removesNothing(component: string | undefined): RequestError {
  const name = COMPONENT_NAMES.find((one) => one === component) ?? 'kubectl';
  const path = firstOnPath(name, process.env['PATH'] ?? '');
  return new RequestError('usage', 'k8s-verify removes nothing', {
    ...(path === undefined ? { found: `no ${name} on PATH` } : {}),
    next: path === undefined ? 'see where it is: k8s-verify scan' : `rm ${quoted(path)}`,
  });
}

function replacesNothing(word: string): RequestError {
  const proveFirst =
    'install the new one as you installed this one, after: k8s-verify verify FILE --k8s-verify-release any';
  return new RequestError('usage', 'k8s-verify does not replace itself', {
    found: `this one runs from ${process.argv[1] ?? process.execPath}`,
    next: word === 'update' ? 'for the trusted root: k8s-verify trusted-root update' : proveFirst,
  });
}
