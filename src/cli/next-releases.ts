/**
 * Commands that name released files, made of the words of the command line that failed: what there is of a release, one of
 * its files, a lock or a mirror of them. Each keeps the options that say where files come from, and who must have signed.
 */
import { basename } from 'node:path';
import type { JudgedSubject } from '../errors.ts';
import { isComponent } from '../release/component.ts';
import { readMinor, readReleaseVersion } from '../release/version.ts';
import { type Invocation, optionsAmong, toType, without } from './invocation.ts';
import { asksReleases, type Command } from './next-commands.ts';
import { thisPlatform } from './success-text.ts';
import { readsAsVersion } from './version-words.ts';

/**
 * What the mirror lacks, fetched into it: into the directory that the line names, or any.
 *
 * @param subject what is missing, where the line names nothing: `install --locked`
 */
export const fillMirror = (
  { words, line }: Invocation,
  subject: JudgedSubject | undefined,
): string | undefined => {
  if (line?.command !== 'install' && line?.command !== 'digest') return undefined;
  const { component, version } = subject ?? {};
  const named = component === undefined || version === undefined ? [] : [component, version];
  const operands = line.operands.length === 0 ? named : line.operands;
  if (operands.length === 0) return undefined;
  const { mirror = [] } = line.options;
  const directory = mirror.find((one) => !/^https?:/.test(one)) ?? 'DIR';
  return toType(['mirror', ...operands, ...optionsAmong(words, OF_THE_FILE), '--to', directory]);
};

/** What decides which file it is, and who must have signed it. */
const OF_THE_FILE: ReadonlySet<string> = new Set([
  '--platform',
  '--policy',
  '--certificate-identity',
  '--certificate-oidc-issuer',
  '--trusted-root',
  '--tuf-url',
  '--tuf-root',
]);

/** What a lock takes from a line that has found it out of date. */
const OF_LOCK: ReadonlySet<string> = new Set([
  '--lockfile',
  '--mirror',
  '--rekor-url',
  '--policy',
  '--max-trusted-root-age',
  '--certificate-identity',
  '--certificate-oidc-issuer',
  '--trusted-root',
  '--tuf-url',
  '--tuf-root',
  '--data-dir',
  '--ca-file',
]);

/** @param command `k8s-verify lock ...`, of words that need no quotes; undefined where it is another one. */
export const lockAsHere = ({ words, line }: Invocation, command: string): string | undefined => {
  const [program, name, ...rest] = command.split(' ');
  if (line === undefined || program !== 'k8s-verify' || name !== 'lock') return undefined;
  return toType([name, ...rest, ...optionsAmong(words, OF_LOCK)]);
};

/** What there is of the version that was asked for. */
export const list: Command = ({ words, line }) => {
  if (!asksReleases(line)) return undefined;
  const [version = 'stable'] = versionsOf(line.operands);
  const platforms = optionsAmong(words, new Set(['--platform']));
  // A minor alone asks for its newest release.
  const release = readMinor(version) === undefined ? version : `stable-${version.replace(/^v/i, '')}`;
  return toType(['list', release, ...platforms]);
};

/** The same for all platforms. */
export const listEverywhere: Command = (invocation) =>
  list({ ...invocation, words: without(invocation.words, '--platform') });

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

/** Whether the line demands what a new line would not. */
function isDemanding({ line }: Invocation): boolean {
  const { trustedRoot, certificateIdentity, key, k8sVerifyRelease, requireName, sha256, as } =
    line?.options ?? {};
  const demands = [trustedRoot, certificateIdentity, key, k8sVerifyRelease, requireName, sha256, as];
  return demands.some((one) => one !== undefined);
}

/** The same of the very version that the file claims, where that is a release. */
export const releasedAs = (
  invocation: Invocation,
  { component, version, platform }: JudgedSubject,
): string | undefined => {
  if (component === undefined || version === undefined || isDemanding(invocation)) return undefined;
  if (readReleaseVersion(version) === undefined || !readsAsVersion(version)) return undefined;
  const where = platform === undefined || platform === thisPlatform() ? [] : ['--platform', platform];
  return toType([component, version, ...where]);
};
