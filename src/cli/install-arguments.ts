/** The command line of `install`, made into a request. No work is done here, so that a table can test it. */
import { excerpt } from '../text/excerpt.ts';
import { RequestError } from '../errors.ts';
import { outputFile } from '../plan/destination.ts';
import { MAX_ARTIFACTS_PER_RUN } from '../limits.ts';
import { COMPONENTS } from '../release/component.ts';
import { nearest } from '../text/nearest.ts';
import { BINARY_TARBALLS } from '../release/tarball.ts';
import type { ArtifactRequest, InstallRequest } from '../plan/request.ts';
import type { CommandLine } from './command-line.ts';
import { COMMANDS } from './commands.ts';
import { outputDirectory, readExtract, readNetwork, readTrust, theValue } from './shared-arguments.ts';

/** Everything of an {@link InstallRequest} that the command line says; where to install may be left to the machine. */
export interface InstallArguments extends Omit<InstallRequest, 'destination' | 'signal'> {
  readonly destination: InstallRequest['destination'] | { readonly kind: 'default' };
}

/** @throws RequestError `usage` where the words contradict each other. */
export function readInstallArguments(line: CommandLine): InstallArguments {
  const swallowed = line.values.get('extract')?.[0];
  const artifacts = readArtifacts(line.operands, line.values.get('platform') ?? [], swallowed);
  refuseSwallowedVersion(line);
  return {
    artifacts,
    destination: readDestination(line, artifacts),
    ...(line.switches.has('force-name') ? { force: true } : {}),
    ...readTarball(line),
    ...(line.switches.has('check-sums') ? { checkSums: true } : {}),
    ...(line.switches.has('save-bundle') ? { saveBundle: true } : {}),
    ...readTrust(line),
    ...readNetwork(line),
  };
}

/** Taken for a member, the version would not count, and the newest stable release would be unpacked instead. */
function refuseSwallowedVersion({ operands, values }: CommandLine): void {
  const version = values.get('extract')?.find(readsAsVersion);
  if (version === undefined || operands.some((word) => readsAsVersion(word) || word.includes('@'))) return;
  throw new RequestError('usage', 'a version stands behind --extract, and none before it', {
    expected: '<component> ... [version] --extract [MEMBER ...]',
    found: `--extract took ${excerpt(version)} as a member to unpack`,
    advice: `write ${excerpt(version)} before --extract; a member of that name needs the version before it, too`,
  });
}

function readTarball(line: CommandLine): Pick<InstallArguments, 'extract' | 'fromTarball'> {
  const name = theValue(line, 'from-tarball');
  if (name === undefined) return readExtract(line);
  const tier = BINARY_TARBALLS.find((one) => one === name || `kubernetes-${one}` === name);
  if (tier === undefined) {
    throw new RequestError('usage', '--from-tarball does not name a tarball of binaries', {
      expected: BINARY_TARBALLS.join(', '),
      found: excerpt(name),
      advice: 'name client, node or server; each holds the binaries of those before it',
    });
  }
  if (line.switches.has('extract')) {
    throw new RequestError('usage', '--from-tarball and --extract contradict each other', {
      expected: 'binaries out of a tarball, or a whole tarball unpacked',
      found: 'both',
      advice: `to unpack it: k8s-verify kubernetes-${tier} --extract; for single binaries: --from-tarball ${tier}`,
    });
  }
  return { fromTarball: tier };
}

/** Whether an argument is meant as a version; whether it is a good one is for the release folder to say. */
export function readsAsVersion(word: string): boolean {
  return /^v?\d/i.test(word) || /^(?:stable|latest)(?:-|$)/.test(word);
}

function readArtifacts(
  operands: readonly string[],
  platforms: readonly string[],
  swallowed: string | undefined,
): readonly ArtifactRequest[] {
  const last = operands.at(-1);
  const common = last !== undefined && readsAsVersion(last) ? last : undefined;
  const names = common === undefined ? operands : operands.slice(0, -1);
  if (names.length === 0) throw noComponent(common, swallowed);
  if (names.length > MAX_ARTIFACTS_PER_RUN) {
    throw new RequestError('usage', 'too many components for one run', {
      expected: `at most ${MAX_ARTIFACTS_PER_RUN}`,
      found: String(names.length),
      advice: 'make several runs of it',
    });
  }
  refuseMistypedCommand(names[0] ?? '');
  const artifacts = names.map((name) => readArtifact(name, common));
  refuseTwins(artifacts);
  if (common !== undefined && names.every((name) => name.includes('@'))) {
    throw new RequestError('usage', `the version ${excerpt(common)} belongs to no component`, {
      expected: 'a component without a version of its own, or no version at the end',
      found: `${names.map((name) => excerpt(name)).join(', ')} and then ${excerpt(common)}`,
      advice: 'leave out one of the two versions',
    });
  }
  if (platforms.length === 0) return artifacts;
  return platforms.flatMap((platform) => artifacts.map((artifact) => withPlatform(artifact, platform)));
}

function noComponent(version: string | undefined, swallowed: string | undefined): RequestError {
  if (swallowed !== undefined) {
    return new RequestError('usage', 'no component is named', {
      expected: '<component> ... [version] --extract [MEMBER ...]',
      found: `--extract took ${excerpt(swallowed)} as a member to unpack`,
      advice: 'write --extract behind the components and the version',
    });
  }
  const example = `k8s-verify kubectl ${version ?? 'v1.26.0'}`;
  return new RequestError('usage', 'no component is named', {
    expected: '<component>[@version] ... [version]',
    found: version === undefined ? 'nothing' : `only the version ${excerpt(version)}`,
    advice: `name what is wanted, for example: ${/^[\w.+ -]+$/.test(example) ? example : 'k8s-verify kubectl v1.26.0'}`,
  });
}

function readArtifact(word: string, common: string | undefined): ArtifactRequest {
  const at = word.indexOf('@');
  const component = at === -1 ? word : word.slice(0, at);
  const version = at === -1 ? common : word.slice(at + 1);
  if (component === '' || version === '' || version?.includes('@') === true) {
    throw new RequestError(
      'usage',
      `${excerpt(word)} is neither a component nor a component with a version`,
      {
        expected: '<component> or <component>@<version>',
        found: excerpt(word),
        advice: 'write for example kubectl@v1.26.0; without a version, the newest stable release is meant',
      },
    );
  }
  if (/[/\\]/.test(component)) {
    throw new RequestError('usage', `${excerpt(word)} looks like a file, and install takes components`, {
      expected: 'the name of a component, such as kubectl',
      found: excerpt(word),
      advice: `to verify a file that is already here: k8s-verify verify ${excerpt(word)}`,
    });
  }
  if (readsAsVersion(component)) {
    throw new RequestError('usage', `a version stands where a component should: ${excerpt(word)}`, {
      expected: 'components first, and at most one version, last',
      found: excerpt(word),
      advice: 'give a component its own version with @, as in kubectl@v1.26.0 kubelet@v1.27.1',
    });
  }
  return version === undefined ? { component } : { component, version };
}

function withPlatform(artifact: ArtifactRequest, platform: string): ArtifactRequest {
  return { ...artifact, platform };
}

/** `k8s-verify verfy FILE` asks for a component; its author did not. */
function refuseMistypedCommand(word: string): void {
  if (word.toLowerCase() === 'version') {
    throw new RequestError('usage', 'there is no command version', {
      expected: 'a component of a Kubernetes release, or a command',
      found: excerpt(word),
      advice: 'did you mean k8s-verify --version?',
    });
  }
  const component = nearest(
    word.toLowerCase(),
    COMPONENTS.map(({ name }) => name),
  );
  const command = nearest(
    word.toLowerCase(),
    COMMANDS.map(({ name }) => name),
  );
  if (component !== undefined || command === undefined || command === word) return;
  throw new RequestError('component-unknown', `there is no component ${excerpt(word)}`, {
    expected: 'a component of a Kubernetes release, or a command',
    found: excerpt(word),
    advice: `did you mean the command k8s-verify ${command}?`,
  });
}

/** Two artifacts of one name would be installed into one file. */
function refuseTwins(artifacts: readonly ArtifactRequest[]): void {
  const seen = new Set<string>();
  for (const { component } of artifacts) {
    if (seen.has(component)) {
      throw new RequestError('usage', `${excerpt(component)} is named twice`, {
        expected: 'each component once, because each is installed as one file',
        advice: 'name it once; for several versions make several runs with different --install-dir',
      });
    }
    seen.add(component);
  }
}

function readDestination(
  line: CommandLine,
  artifacts: readonly ArtifactRequest[],
): InstallArguments['destination'] {
  const directory = theValue(line, 'install-dir');
  const file = theValue(line, 'output');
  if (directory !== undefined && file !== undefined) {
    throw new RequestError('usage', '--install-dir and --output contradict each other', {
      expected: 'a directory, or the exact file',
      found: 'both',
      advice: 'leave out --install-dir; --output takes the whole path',
    });
  }
  const extracting = line.switches.has('extract');
  if (file === undefined) {
    if (directory !== undefined) return { kind: 'directory', path: directory };
    // As tar does: every machine has a place for programs, none has one for directories of files.
    return extracting ? { kind: 'directory', path: '.' } : { kind: 'default' };
  }
  if (artifacts.length > 1) {
    throw new RequestError('usage', '--output names one file, but several artifacts are asked for', {
      expected: 'one component',
      found: artifacts.map(({ component }) => excerpt(component)).join(', '),
      advice: 'use --install-dir DIR, or one run for each with its own --output',
    });
  }
  return { kind: 'file', path: extracting ? outputDirectory(file) : outputFile(file) };
}
