/** The `install` command: its words made into a request, and the request carried out. */
import { RequestError } from '../errors.ts';
import { excerpt } from '../text/excerpt.ts';
import { defaultInstallDirectory, outputFile } from '../plan/destination.ts';
import { installRelease } from '../install.ts';
import { MAX_ARTIFACTS_PER_RUN } from '../limits.ts';
import { findComponent, isComponent } from '../release/component.ts';
import {
  type ArtifactRequest,
  type InstallRequest,
  parseComponent,
  repeatedComponent,
} from '../plan/request.ts';
import type { Answer, Console } from './console.ts';
import { takeLessMemory } from './engine.ts';
import { hostDirectories } from './host-directories.ts';
import { withClient } from './with-client.ts';
import { pathNotes } from './path-notes.ts';
import { mistypedCommand, mistypedComponent } from './meant.ts';
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
import { commandNames } from './program.ts';
import { installAnswer } from './proved-answer.ts';
import { assertFitsLine } from './result-path.ts';
import { readsAsVersion, refuseLatest } from './version-words.ts';
import { commandText } from './words.ts';

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
  return installAnswer(result, pathNotes(result, host, destination.kind !== 'default'));
}

/** @throws RequestError `usage` or `component-unknown`; no work is done here */
export function readInstall(line: ParsedLine): InstallArguments {
  const { options } = line;
  const artifacts = readArtifacts(line);
  return {
    artifacts,
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
  const { operands, options, words } = line;
  const last = operands.at(-1);
  const common = last !== undefined && readsAsVersion(last) ? last : undefined;
  const names = common === undefined ? operands : operands.slice(0, -1);
  if (names.length === 0) throw noComponent(common);
  if (names.length > MAX_ARTIFACTS_PER_RUN) {
    throw new RequestError('usage', 'too many components for one run', {
      wanted: `at most ${MAX_ARTIFACTS_PER_RUN}`,
      found: String(names.length),
      next: 'make several runs of it',
    });
  }
  refuseMistypedCommand(names[0] ?? '', line);
  const artifacts = names.map((name) => readArtifact(name, common, line));
  for (const { component } of artifacts) refuseUnknown(component, line);
  refuseTwins(artifacts);
  for (const { version } of artifacts) refuseLatest(version, words);
  if (common !== undefined && names.every((name) => name.includes('@'))) {
    throw new RequestError('usage', `the version ${excerpt(common)} belongs to no component`, {
      wanted: 'a component without a version of its own, or no version at the end',
      found: `${names.map((name) => excerpt(name)).join(', ')} and then ${excerpt(common)}`,
      next: 'leave out one of the two versions',
    });
  }
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

function withPlatform(artifact: ArtifactRequest, platform: string): ArtifactRequest {
  return { ...artifact, platform };
}

function noComponent(version: string | undefined): RequestError {
  return new RequestError('usage', 'no component is named', {
    wanted: 'COMPONENT[@VERSION]... [VERSION]',
    found: version === undefined ? 'nothing' : `only the version ${excerpt(version)}`,
    next: `name what to install, for example: ${commandText(['kubectl', version ?? 'v1.30.2']) ?? 'k8s-verify kubectl'}`,
  });
}

function readArtifact(
  word: string,
  common: string | undefined,
  { operands, words }: ParsedLine,
): ArtifactRequest {
  const named = parseComponent(word);
  if (named === undefined) {
    throw new RequestError(
      'usage',
      `${excerpt(word)} is neither a component nor a component with a version`,
      {
        wanted: 'COMPONENT or COMPONENT@VERSION',
        found: excerpt(word),
        next: 'write for example kubectl@v1.30.2; without a version, the newest stable release is meant',
      },
    );
  }
  const { component, version = common } = named;
  if (/[/\\]/.test(component)) {
    throw new RequestError('usage', `${excerpt(word)} looks like a file, and install takes components`, {
      wanted: 'the name of a component, such as kubectl',
      found: excerpt(word),
      next: `to verify a file that is here: ${commandText(['verify', word]) ?? 'k8s-verify verify FILE'}`,
    });
  }
  if (readsAsVersion(component)) throw misplacedVersion(word, words);
  const [name = '', joined = ''] = component.split(/[=:]/);
  if (joined !== '' && readsAsVersion(joined)) {
    const better = operands.length === 1 ? [name, joined] : [`${name}@${joined}`];
    throw new RequestError('usage', `${excerpt(word)} is no way to write a version`, {
      wanted: 'COMPONENT VERSION, or COMPONENT@VERSION',
      found: excerpt(word),
      next:
        commandText(words.flatMap((one) => (one === word ? better : [one]))) ?? 'write @ before the version',
    });
  }
  return version === undefined ? { component } : { component, version };
}

/** `v1.30.2 kubectl` is the wrong way round; `kubectl v1.30.2 v1.31.0` has a version too many. */
function misplacedVersion(word: string, words: readonly string[]): RequestError {
  const others = words.filter((one) => one !== word);
  const turned = others.length === words.length - 1 && !others.some(readsAsVersion) && words[0] === word;
  return new RequestError('usage', `a version stands where a component should: ${excerpt(word)}`, {
    wanted: 'components first, and at most one version, last',
    found: excerpt(word),
    next:
      (turned ? commandText([...others, word]) : undefined) ??
      'give a component its own version with @, as in kubectl@v1.26.0 kubelet@v1.27.1',
  });
}

/** `k8s-verify verfy FILE` asks for a component; its author did not. */
function refuseMistypedCommand(word: string, { explicit, words }: ParsedLine): void {
  if (explicit || isComponent(word.split('@', 1)[0] ?? '') || /[/\\]/.test(word)) return;
  const commands = commandNames();
  if (commands.includes(word)) {
    const others = words.filter((one) => one !== word);
    throw new RequestError('usage', `the command ${word} stands after an option`, {
      wanted: 'the command first',
      found: excerpt(words[0] ?? ''),
      next: commandText([word, ...others]) ?? `write k8s-verify ${word} first, and the options after it`,
    });
  }
  const mistake = mistypedCommand(word, words, commands);
  if (mistake !== undefined) throw mistake;
}

/** A name that the table lacks is refused before anything is asked of the network, unless `--force-name` says to try. */
function refuseUnknown(component: string, { options, words }: ParsedLine): void {
  if (options.forceName === true || isComponent(component)) return;
  const mistake = mistypedComponent(component, words);
  if (mistake !== undefined) throw mistake;
  findComponent(component);
}

/** Two artifacts of one name would be installed into one file. */
function refuseTwins(artifacts: readonly ArtifactRequest[]): void {
  const twice = repeatedComponent(artifacts);
  if (twice === undefined) return;
  throw new RequestError('usage', `${excerpt(twice)} is named twice`, {
    wanted: 'each component once, because each is installed as one file',
    next: 'name it once; for several versions make several runs with different --install-dir',
  });
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
