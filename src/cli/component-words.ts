/** The components on a command line, each with its version: `kubeadm kubelet@v1.29.3 v1.30.2`. */
import { RequestError } from '../errors.ts';
import { MAX_ARTIFACTS_PER_RUN } from '../limits.ts';
import { parseComponent, repeatedComponent } from '../plan/request.ts';
import { findComponent, isComponent } from '../release/component.ts';
import { excerpt } from '../text/excerpt.ts';
import { withoutOperands } from './invocation.ts';
import { mistypedCommand, mistypedComponent } from './meant.ts';
import type { ParsedLine } from './parsed-line.ts';
import { commandNames } from './program.ts';
import { readsAsVersion, refuseLatest } from './version-words.ts';
import { commandText } from './words.ts';

/** A component as the line names it; a version at the end counts for those without one. */
export interface NamedComponent {
  readonly component: string;
  readonly version?: string;
}

/** @throws RequestError `usage` or `component-unknown` */
export function readComponents(line: ParsedLine): readonly NamedComponent[] {
  const { operands, words } = line;
  const last = operands.at(-1);
  const common = last !== undefined && readsAsVersion(last) ? last : undefined;
  const names = common === undefined ? operands : operands.slice(0, -1);
  if (names.length === 0) throw noComponent(common, line);
  if (names.length > MAX_ARTIFACTS_PER_RUN) {
    throw new RequestError('usage', 'too many components for one run', {
      wanted: `at most ${MAX_ARTIFACTS_PER_RUN}`,
      found: String(names.length),
      next: 'make several runs of it',
    });
  }
  refuseMistypedCommand(names[0] ?? '', line);
  refuseLateCommand(names.slice(1), line);
  const artifacts = names.map((name) => readArtifact(name, common, line));
  for (const { component } of artifacts) refuseUnknown(component, line);
  refuseTwins(artifacts, line);
  for (const { version } of artifacts) refuseLatest(version, words);
  if (common !== undefined && names.every((name) => name.includes('@'))) {
    throw new RequestError('usage', `the version ${excerpt(common)} belongs to no component`, {
      wanted: 'a component without a version of its own, or no version at the end',
      found: `${names.map((name) => excerpt(name)).join(', ')} and then ${excerpt(common)}`,
      next: 'leave out one of the two versions',
    });
  }
  return artifacts;
}

function noComponent(version: string | undefined, { command, options }: ParsedLine): RequestError {
  // `latest` would be asked back.
  const example = version?.replace(/^latest/, 'stable') ?? 'v1.30.2';
  const whole = [command, 'kubectl', example, ...(command === 'mirror' ? ['--to', options.to ?? 'DIR'] : [])];
  return new RequestError('usage', 'no component is named', {
    wanted: 'COMPONENT[@VERSION]... [VERSION]',
    found: version === undefined ? 'nothing' : `only the version ${excerpt(version)}`,
    next:
      command === 'install'
        ? `name what to install, for example: ${commandText(['kubectl', example]) ?? 'k8s-verify kubectl'}`
        : `name a component, for example: ${commandText(whole) ?? `k8s-verify ${command} kubectl`}`,
  });
}

function readArtifact(
  word: string,
  common: string | undefined,
  { command, operands, words }: ParsedLine,
): NamedComponent {
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
    throw new RequestError('usage', `${excerpt(word)} looks like a file, and ${command} takes components`, {
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

/** `k8s-verify kubectl verify` asks for two components; its author meant one command. */
function refuseLateCommand(names: readonly string[], { explicit, words }: ParsedLine): void {
  const late = explicit ? undefined : names.find((name) => commandNames().includes(name));
  if (late === undefined) return;
  throw new RequestError('usage', `${late} is a command, and stands after a component`, {
    wanted: 'the command first',
    found: excerpt(words[0] ?? ''),
    next:
      commandText([late, ...withoutOperands(words, [late])]) ??
      `write k8s-verify ${late} first, and the rest after it`,
  });
}

/**
 * A name that the table lacks is refused before anything is asked of the network, unless `--force-name` says to try.
 *
 * @throws RequestError `component-unknown`
 */
export function refuseUnknown(component: string, { options, words }: ParsedLine): void {
  if (options.forceName === true || isComponent(component)) return;
  const mistake = mistypedComponent(component, words);
  if (mistake !== undefined) throw mistake;
  findComponent(component);
}

/** Two artifacts of one name would be installed into one file, or be one name in what is printed or written. */
function refuseTwins(artifacts: readonly NamedComponent[], { command }: ParsedLine): void {
  const twice = repeatedComponent(artifacts);
  if (twice === undefined) return;
  const details =
    command === 'install'
      ? {
          wanted: 'each component once, because each is installed as one file',
          next: 'name it once; for several versions make several runs with different --install-dir',
        }
      : { wanted: 'each component once', next: 'name it once; for several versions make several runs' };
  throw new RequestError('usage', `${excerpt(twice)} is named twice`, details);
}
