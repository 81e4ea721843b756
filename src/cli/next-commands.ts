/**
 * Commands to type after a failure, made of the words of the command line that failed. Each keeps every option that says
 * who must have signed, by which evidence and trusted root, and what else must hold: none of them checks less.
 */
import { isComponent } from '../release/component.ts';
import { DEFAULT_SOURCE } from '../plan/request.ts';
import { type Invocation, optionsAmong, toType, without, withoutSwitch } from './invocation.ts';
import { type CommandName, COMMANDS } from './add-command.ts';
import { beforeDashes } from './words.ts';

/** Undefined where there is no such command, or where a word of it cannot be shown. */
export type Command = (invocation: Invocation) => string | undefined;

const OF_RELEASES: ReadonlySet<CommandName> = new Set(['install', 'digest', 'lock', 'mirror', 'release']);

/** Whether the line asks a source for files of releases; a check of a mirror asks none. */
export function asksReleases(line: Invocation['line']): line is NonNullable<Invocation['line']> {
  return line !== undefined && OF_RELEASES.has(line.command) && typeof line.options.check !== 'string';
}

/** The same line. */
export const again: Command = ({ words, line }) => (line === undefined ? undefined : toType(words));

/** The same with a network; undefined where a variable says offline, which no word of the line outdoes. */
export const withNetwork: Command = ({ words, line }) => {
  const online = line?.options.offline === true ? askingServers(words, line) : undefined;
  return online === undefined ? undefined : toType(online);
};

/** The same, where it fetches what it proves. */
export const installAgain: Command = (invocation) =>
  asksReleases(invocation.line) ? again(invocation) : undefined;

/** The same with the causes of its failure. */
export const withCauses: Command = (invocation) => {
  const { words, line } = invocation;
  if (line === undefined || line.options.verbose === true) return undefined;
  return toType(words, ['--verbose']);
};

/** The same, where one file is verified, with the name that it should have. */
export const asNamed: Command = ({ words, line }) =>
  line?.command === 'verify' && line.operands.length === 1 && line.options.as === undefined
    ? toType(words, ['--as', 'COMPONENT@VERSION'])
    : undefined;

/** The same, and what was remembered of the name no longer counts; only after a person has looked. */
export const withForgotten = ({ words, line }: Invocation, name: string): string | undefined =>
  line === undefined ? undefined : toType(words, ['--forget-name', name]);

/** An install from Kubernetes' own server, where another was asked. */
export const fromItsSource: Command = ({ words, line }) => {
  const { mirror = [] } = line?.options ?? {};
  if (!asksReleases(line) || mirror.every((url) => url === DEFAULT_SOURCE)) return undefined;
  const online = askingServers(words, line);
  if (online === undefined) return undefined;
  const rest = without(online, '--mirror');
  // A variable that names the mirror is outdone by an option.
  const isNamed = rest.length < online.length;
  return toType(rest, isNamed ? [] : ['--mirror', DEFAULT_SOURCE]);
};

/** The same, with Kubernetes' own server asked last. */
export const sourceToo: Command = ({ words, line }) => {
  const { mirror = [] } = line?.options ?? {};
  if (!asksReleases(line) || mirror.length === 0 || mirror.includes(DEFAULT_SOURCE)) return undefined;
  const online = askingServers(words, line);
  if (online === undefined) return undefined;
  const isNamed = optionsAmong(words, new Set(['--mirror'])).length > 0;
  const mirrors = isNamed ? [] : mirror.flatMap((url) => ['--mirror', url]);
  return toType(online, [...mirrors, '--mirror', DEFAULT_SOURCE]);
};

/** The words of a line that may ask servers; undefined where a variable says offline, which no word outdoes. */
function askingServers(words: readonly string[], line: Invocation['line']): readonly string[] | undefined {
  if (line?.options.offline !== true) return words;
  return beforeDashes(words).includes('--offline') ? withoutSwitch(words, '--offline') : undefined;
}

/** What `doctor` looks at as a run does. */
const OF_DOCTOR: ReadonlySet<string> = new Set([
  '--mirror',
  '--rekor-url',
  '--trusted-root',
  '--tuf-url',
  '--tuf-root',
  '--data-dir',
  '--ca-file',
  '--timeout',
  '--retries',
  '--retry-delay',
]);

/** A look at network, clock and trusted root, as this line has them. */
export const doctor: Command = ({ words, line }) =>
  line === undefined || line.command === 'doctor'
    ? undefined
    : toType(['doctor', ...optionsAmong(words, OF_DOCTOR)]);

const OF_TRUST: ReadonlySet<string> = new Set(['--tuf-url', '--tuf-root', '--data-dir', '--ca-file']);

/** A newer trusted root, where it is not a file that was named. */
export const renewTrust: Command = ({ words, line }) =>
  line === undefined || line.options.trustedRoot !== undefined || line.command === 'trusted-root'
    ? undefined
    : toType(['trusted-root', 'update', ...optionsAmong(words, OF_TRUST)]);

/** The same, for what was fetched. */
export const doctorOfInstall: Command = (invocation) =>
  asksReleases(invocation.line) ? doctor(invocation) : undefined;

/** What a proven archive holds. */
export const listMembers: Command = ({ words, line }) => {
  if (line?.command !== 'verify') return undefined;
  const rest = ['--output', '-o', '--member'].reduce(without, withoutSwitch(words, '--extract'));
  // `-oDIR` is one word, which stays.
  return rest.some((word) => word.startsWith('-o')) ? undefined : toType(rest, ['--list']);
};

/** The tarball itself, as one file. */
export const tarballItself: Command = ({ words, line }) =>
  line?.command === 'install' && line.options.extract === true
    ? toType(without(withoutSwitch(words, '--extract'), '--member'))
    : undefined;

/** All of the tarball. */
export const allMembers: Command = ({ words, line }) =>
  line?.command === 'install' && line.options.extract === true
    ? toType(without(words, '--member'))
    : undefined;

/** An install into a directory of the user's own. */
export const intoOwnDirectory: Command = (invocation) => {
  const rest = elsewhere(invocation);
  return rest === undefined ? undefined : toType(rest, ['--install-dir', { expanded: '~/.local/bin' }]);
};

/** An install for all users. */
export const asRoot: Command = (invocation) => {
  const rest = elsewhere(invocation);
  const line = rest === undefined ? undefined : toType(rest);
  return line === undefined ? undefined : `sudo ${line}`;
};

function elsewhere({ words, line }: Invocation): readonly string[] | undefined {
  if (line?.command !== 'install' || process.platform === 'win32' || process.geteuid?.() === 0)
    return undefined;
  return line.options.output === undefined ? without(words, '--install-dir') : undefined;
}

/** The page of the command, also where its words cannot be understood. */
export const help: Command = ({ words, line }) => {
  const named = COMMANDS.find((one) => one === words[0]);
  // The word install may be left out.
  const [component = ''] = words[0]?.split('@', 1) ?? [];
  const name = line?.command ?? named ?? (isComponent(component) ? 'install' : undefined);
  return name === undefined || name === 'help' ? 'k8s-verify help' : `k8s-verify ${name} --help`;
};
