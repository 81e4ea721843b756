/**
 * Commands that name released files, made of the words of the command line that failed: what there is of a release, one of
 * its files, a lock or a mirror of them. Each keeps the options that say where files come from, and who must have signed.
 */
import { basename } from 'node:path';
import type { CommandName } from './add-command.ts';
import { isComponent } from '../release/component.ts';
import { readMinor, readReleaseVersion } from '../release/version.ts';
import { type Invocation, optionsAmong, toType, without } from './invocation.ts';
import { asksReleases, type Command } from './next-commands.ts';
import { thisPlatform } from './success-text.ts';
import { readsAsVersion } from './version-words.ts';

/** Parts of what a file is, or claims to be. */
interface Name {
  readonly component?: string | undefined;
  readonly version?: string | undefined;
  readonly platform?: string | undefined;
}

/** A command about a file; undefined as of {@link Command}. */
export type CommandOf = (invocation: Invocation, file: Name) => string | undefined;

/** Who must have signed, by which trusted root, and what the run keeps and trusts. */
const OF_JUDGING: readonly string[] = [
  '--policy',
  '--certificate-identity',
  '--certificate-oidc-issuer',
  '--trusted-root',
  '--tuf-url',
  '--tuf-root',
  '--require-fresh-trusted-root',
  '--max-trusted-root-age',
  '--data-dir',
  '--ca-file',
  '--rekor-url',
];

/** What a mirror is filled by; where the line takes files from is what the mirror is to be filled for. */
const OF_MIRROR: ReadonlySet<string> = new Set(OF_JUDGING);

/** What a released file is taken and proved by. */
const OF_RELEASED: ReadonlySet<string> = new Set(['--mirror', ...OF_JUDGING]);

/** What a lock takes from a line that has found it out of date. */
const OF_LOCK: ReadonlySet<string> = new Set(['--lockfile', ...OF_RELEASED]);

/** What asks a mirror for files that can be fetched into it. */
const FILLED_FOR: ReadonlySet<CommandName> = new Set(['install', 'digest', 'release']);

/**
 * What the mirror lacks, fetched into it: into the directory that the line names, or any.
 *
 * @param missing where the line names no file: `install --locked`, or an audit of a release
 */
export const fillMirror: CommandOf = ({ words, line }, missing) => {
  if (line === undefined || !FILLED_FOR.has(line.command)) return undefined;
  // An audit names a release, and no file of it.
  const isNamed = line.operands.length > 0 && line.command !== 'release';
  const operands = isNamed ? line.operands : nameWords(missing);
  if (operands === undefined) return undefined;
  const { mirror = [] } = line.options;
  const directory = mirror.find((one) => !/^https?:/.test(one)) ?? 'DIR';
  const platforms = isNamed ? platformsFor(words, missing) : [];
  return toType(['mirror', ...operands, ...platforms, ...optionsAmong(words, OF_MIRROR), '--to', directory]);
};

const OF_PLATFORM: ReadonlySet<string> = new Set(['--platform']);

/** The line may be typed on another machine, whose own platform is another one. */
function platformsFor(words: readonly string[], { version, platform }: Name): readonly string[] {
  const named = optionsAmong(words, OF_PLATFORMS);
  if (named.length > 0) return named;
  // What is known of the file says whether it has one.
  const own = platform ?? (version === undefined ? thisPlatform() : undefined);
  return own === undefined ? [] : ['--platform', own];
}

const OF_PLATFORMS: ReadonlySet<string> = new Set(['--platform', '--all-platforms']);

/** A file of the mirror that the line checks, fetched into it again. */
export const refillMirror: CommandOf = ({ words, line }, file) => {
  const named = nameWords(file);
  const { check } = line?.options ?? {};
  if (line?.command !== 'mirror' || typeof check !== 'string' || named === undefined) return undefined;
  return toType(['mirror', ...named, ...optionsAmong(words, OF_RELEASED), '--to', check]);
};

/** A mirror that has the evidence of the file that was verified. */
export const carriedMirror: CommandOf = ({ words, line }, claimed) => {
  const demanded = line?.options.as;
  const named = nameWords(
    demanded === undefined ? claimed : { ...demanded, platform: demanded.platform ?? claimed.platform },
  );
  return named && toType(['mirror', ...named, ...optionsAmong(words, OF_MIRROR), '--to', 'DIR']);
};

/**
 * A command with what the line says of sources and trust.
 *
 * @param command `k8s-verify lock ...` or `k8s-verify COMPONENT ...`, of words that need no quotes; undefined where it is
 *   another one
 */
export const asHere = (invocation: Invocation, command: string): string | undefined => {
  const { words, line } = invocation;
  const [program, name, ...rest] = command.split(' ');
  if (line === undefined || program !== 'k8s-verify' || name === undefined) return undefined;
  if (name !== 'lock' && !isComponent(name)) return undefined;
  if (name === 'lock') return toType([name, ...rest, ...optionsAmong(words, OF_LOCK)]);
  return inItsPlace(invocation, [name, ...rest], optionsAmong(words, OF_RELEASED));
};

/**
 * What there is of the version that was asked for.
 *
 * @param missing where that is known: the line may name an alias, or nothing, as a lock of what a lockfile asks for
 */
export const list: CommandOf = ({ words, line }, missing) => {
  if (!asksReleases(line)) return undefined;
  const { version = versionsOf(line.operands)[0] ?? 'stable', platform } = missing;
  // A minor alone asks for its newest release.
  const release = readMinor(version) === undefined ? version : `stable-${version.replace(/^v/i, '')}`;
  const isOther = platform !== undefined && platform !== thisPlatform();
  const platforms = isOther ? ['--platform', platform] : optionsAmong(words, OF_PLATFORM);
  return toType(['list', release, ...platforms, ...optionsAmong(words, OF_LIST)]);
};

/** Where names such as stable are looked up. */
const OF_LIST: ReadonlySet<string> = new Set(['--mirror', '--ca-file']);

/** The same for all platforms. */
export const listEverywhere: CommandOf = (invocation, { version }) =>
  list({ ...invocation, words: without(invocation.words, '--platform') }, { version });

/** Every version on the line, in its order. */
function versionsOf(operands: readonly string[]): readonly string[] {
  return operands.flatMap((word) => {
    const version = word.includes('@') ? word.slice(word.indexOf('@') + 1) : word;
    return readsAsVersion(version) ? [version] : [];
  });
}

const EXACT = /^v?(\d+\.\d+)\.\d+(-(?:alpha|beta|rc)\.\d+)?$/;

/** The newest release of the minor that was asked for, where that is one. */
export const newestOfMinor: Command = ({ words, line }) => {
  const [version, ...others] = asksReleases(line) ? versionsOf(line.operands) : [];
  const [, minor, prerelease] = EXACT.exec(version ?? '') ?? [];
  if (version === undefined || minor === undefined || others.length > 0) return undefined;
  const newest = prerelease === undefined ? minor : `prerelease-${minor}`;
  const places = words.filter((word) => word === version || word.endsWith(`@${version}`));
  if (places.length !== 1) return undefined;
  return toType(
    words.map((word) => (places.includes(word) ? `${word.slice(0, -version.length)}${newest}` : word)),
  );
};

/** The file that Kubernetes released under the name of the one that was verified. */
export const releasedFile: Command = (invocation) => {
  const { line } = invocation;
  const name = basename(line?.operands[0] ?? '').replace(/\.exe$/, '');
  if (line?.command !== 'verify' || !isComponent(name)) return undefined;
  return isDemanding(invocation) ? undefined : `k8s-verify ${name} VERSION`;
};

/** Whether the line demands more than a line without options. */
function isDemanding({ line }: Invocation): boolean {
  const { trustedRoot, certificateIdentity, key, k8sVerifyRelease, requireName, sha256, as } =
    line?.options ?? {};
  const demands = [trustedRoot, certificateIdentity, key, k8sVerifyRelease, requireName, sha256, as];
  return demands.some((one) => one !== undefined);
}

/** The same of the very version that the file must be, or that it claims, where that is a release. */
export const releasedAs: CommandOf = (invocation, claimed) => {
  const { words, line } = invocation;
  if (line?.command !== 'verify' && line?.command !== 'scan') return undefined;
  const { as, key, k8sVerifyRelease } = line.options;
  // An install can demand neither.
  if (key !== undefined || k8sVerifyRelease !== undefined) return undefined;
  const platform = claimed.platform === thisPlatform() ? undefined : claimed.platform;
  const named = nameWords(as ?? { ...claimed, platform });
  return named && inItsPlace(invocation, named, optionsAmong(words, OF_RELEASED));
};

/** A command that gets a file, in the place of the program that a scan found where that can be typed. */
function inItsPlace(
  { program }: Invocation,
  file: readonly string[],
  options: readonly string[],
): string | undefined {
  return (program && toType([...file, '--output', program, ...options])) ?? toType([...file, ...options]);
}

/** The program that a scan found, with evidence of its own. */
export const verifyWithBundle: Command = ({ words, program }) =>
  program && toType(['verify', program, '--bundle', 'FILE', ...optionsAmong(words, OF_RELEASED)]);

/** The program that a scan found, with the causes of its failure. */
export const verifyInFull: Command = ({ words, line, program }) =>
  program === undefined || line?.options.verbose === true
    ? undefined
    : toType(['verify', program, ...optionsAmong(words, OF_RELEASED)], ['--verbose']);

/** The same scan, with the evidence next to a lockfile. */
export const scanWithLockfile: Command = ({ words, line }) =>
  line?.command === 'scan' && line.options.lockfile === undefined
    ? toType(words, ['--lockfile', 'FILE'])
    : undefined;

/** As it is typed; undefined where it is no file of a release. */
function nameWords({ component, version, platform }: Name): readonly string[] | undefined {
  if (component === undefined || version === undefined || !isComponent(component)) return undefined;
  if (readReleaseVersion(version) === undefined || !readsAsVersion(version)) return undefined;
  return [component, version, ...(platform === undefined ? [] : ['--platform', platform])];
}
