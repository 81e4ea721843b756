/** The `install` command: its words made into a request, and the request carried out. */
import { RequestError } from '../errors.ts';
import { excerpt } from '../text/excerpt.ts';
import { defaultInstallDirectory, outputFile } from '../plan/destination.ts';
import { installRelease } from '../install.ts';
import { DEFAULT_LOCKFILE } from '../lockfile/lockfile.ts';
import type { ArtifactRequest, InstallRequest } from '../plan/request.ts';
import { readComponents } from './component-words.ts';
import type { Answer, Console } from './console.ts';
import { takeLessMemory } from './engine.ts';
import { hostDirectories } from './host-directories.ts';
import { withClient } from './with-client.ts';
import { pathNotes } from './path-notes.ts';
import {
  type Options,
  outputDirectory,
  type ParsedLine,
  readExtract,
  readNames,
  readNetwork,
  readTransport,
  readTrust,
} from './parsed-line.ts';
import { unusedLockNotes } from './lock-note.ts';
import { installAnswer } from './proved-answer.ts';
import { assertFitsLine } from './result-path.ts';

/** Everything of an {@link InstallRequest} that the command line says; where to install may be left to the machine. */
export interface InstallArguments extends Omit<InstallRequest, 'destination' | 'signal'> {
  readonly destination: InstallRequest['destination'] | { readonly kind: 'default' };
}

/** Installs what the command line asks for, and notes where a shell would not find it. */
export async function install(line: ParsedLine, output: Console): Promise<Answer> {
  takeLessMemory();
  const { destination, ...asked } = readInstall(line);
  const host = hostDirectories();
  const request: InstallRequest = {
    ...asked,
    destination:
      destination.kind === 'default'
        ? { kind: 'directory', path: defaultInstallDirectory(host).path }
        : destination,
  };
  assertFitsLine(line.options, request.destination.path);
  const result = await withClient(readTransport(line.options), output, (client, signal) =>
    installRelease({ ...request, signal }, client),
  );
  for (const artifact of result.artifacts) output.attest({ kind: 'proved', artifact });
  const notes = [
    ...pathNotes(result, host, destination.kind !== 'default'),
    ...(request.locked === undefined ? await unusedLockNotes(result.artifacts) : []),
  ];
  return installAnswer(result, notes, line.options.offline === true);
}

/** @throws RequestError `usage` or `component-unknown`; no work is done here */
export function readInstall(line: ParsedLine): InstallArguments {
  const { options } = line;
  const artifacts = readArtifacts(line);
  return {
    artifacts,
    ...readLocked(options),
    destination: readDestination(options, artifacts),
    ...(options.forceName === true ? { force: true } : {}),
    ...readExtract(options),
    ...(options.fromTarball === undefined ? {} : { fromTarball: options.fromTarball }),
    ...(options.checkSums === true ? { checkSums: true } : {}),
    ...(options.dryRun === true ? { dryRun: true } : {}),
    ...(options.saveBundle === true ? { saveBundle: true } : {}),
    ...(options.requireName === true ? { requireName: 'always' } : {}),
    ...readTrust(options),
    ...readNames(options),
    ...readNetwork(options),
  };
}

function readArtifacts(line: ParsedLine): readonly ArtifactRequest[] {
  const { options } = line;
  if (isLocked(options) && line.operands.length === 0) return [];
  const artifacts = readComponents(line);
  const platforms = options.platform ?? [];
  const asked =
    platforms.length === 0
      ? artifacts
      : platforms.flatMap((platform) => artifacts.map((artifact) => withPlatform(artifact, platform)));
  return options.sha256 === undefined ? asked : demanding(asked, options.sha256);
}

/** Two files that differ cannot both have one digest. */
function demanding(artifacts: readonly ArtifactRequest[], sha256: string): readonly ArtifactRequest[] {
  const [only, ...more] = artifacts;
  if (only !== undefined && more.length === 0) return [{ ...only, sha256 }];
  throw new RequestError('usage', '--sha256 is the digest of one artifact, but several are asked for', {
    wanted: 'one component, for one platform',
    found: artifacts
      .map(({ component, platform }) =>
        excerpt(platform === undefined ? component : `${component} ${platform}`),
      )
      .join(', '),
    next: 'make one run for each, with its own --sha256',
  });
}

function isLocked({ locked, lockfile }: Options): boolean {
  return locked === true || lockfile !== undefined;
}

function readLocked(options: Options): Pick<InstallArguments, 'locked'> {
  if (!isLocked(options)) return {};
  const { lockfile = DEFAULT_LOCKFILE, platform = [] } = options;
  return { locked: { lockfile, platforms: platform } };
}

function withPlatform(artifact: ArtifactRequest, platform: string): ArtifactRequest {
  return { ...artifact, platform };
}

function readDestination(
  { installDir, output, extract }: Options,
  artifacts: readonly ArtifactRequest[],
): InstallArguments['destination'] {
  if (output === undefined) {
    if (installDir !== undefined) return { kind: 'directory', path: installDir };
    // As tar does: every machine has a place for programs, none has one for directories of files.
    return extract === true ? { kind: 'directory', path: '.' } : { kind: 'default' };
  }
  if (artifacts.length > 1) {
    throw new RequestError('usage', '--output names one file, but several artifacts are asked for', {
      wanted: 'one component',
      found: artifacts.map(({ component }) => excerpt(component)).join(', '),
      next: 'use --install-dir DIR, or one run for each with its own --output',
    });
  }
  return { kind: 'file', path: extract === true ? outputDirectory(output) : outputFile(output) };
}
