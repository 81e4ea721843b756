/** A command line that is understood, and the parts of requests that several commands take from it. */
import { CommanderError } from 'commander';
import { RequestError } from '../errors.ts';
import type { Note } from '../notes.ts';
import { outputFile } from '../plan/destination.ts';
import { sourceAt } from '../plan/mirror-place.ts';
import { MAX_COMMAND_LINE_WORDS, TRUST_CHECK_INTERVAL_MS } from '../limits.ts';
import type { GivenPolicy } from '../policy/given-policy.ts';
import type { WrittenName } from '../release/written-name.ts';
import type { Tier } from '../release/component.ts';
import type { NamesRequest, NetworkRequest, TrustRequest } from '../plan/request.ts';
import { applyVariables, type Environment, environmentNotes } from './environment.ts';
import { type CommandName, COMMANDS } from './add-command.ts';
import type { DigestFormat } from './digest-format-names.ts';
import { leaveOutServers } from './offline-mirrors.ts';
import { createProgram } from './program.ts';
import type { StrictCommand } from './strict-command.ts';
import { beforeDashes, commandText } from './words.ts';

/** What the options say; what no word and no variable says is not there. */
export interface Options {
  readonly installDir?: string;
  readonly output?: string;
  readonly platform?: readonly string[];
  readonly locked?: true;
  readonly lockfile?: string;
  readonly evidence: boolean;
  readonly root?: string;
  readonly processes?: true;
  readonly oneFileSystem?: true;
  /** Names of builders. */
  readonly allowVendor?: readonly string[];
  readonly allowDigest?: string;
  readonly metrics?: string;
  readonly jsonLines?: true;
  /** The file of a page. */
  readonly report?: string;
  readonly allPlatforms?: true;
  /** The directory of a mirror. */
  readonly to?: string;
  /** The directory of a mirror that is to be checked; `true` with lock, of its lockfile. */
  readonly check?: string | true;
  readonly prune?: true;
  readonly evidenceOnly?: true;
  readonly component?: readonly string[];
  readonly corroborate?: readonly string[];
  readonly deep?: true;
  readonly write?: string;
  readonly format?: DigestFormat;
  readonly paths?: true;
  /** URLs of servers, and absolute paths of directories. */
  readonly mirror?: readonly string[];
  readonly extract?: true;
  readonly member?: readonly string[];
  readonly fromTarball?: Tier;
  readonly list?: true;
  readonly all?: true;
  readonly forceName?: true;
  readonly certificateIdentity?: string;
  readonly certificateOidcIssuer?: string;
  readonly key?: string;
  /** A tag, or `any`. */
  readonly k8sVerifyRelease?: string;
  readonly trustedRoot?: string;
  readonly tufUrl?: string;
  readonly tufRoot?: string;
  readonly requireFreshTrustedRoot?: true;
  /** Milliseconds. */
  readonly maxTrustedRootAge?: number;
  readonly bundle?: string;
  readonly signature?: string;
  readonly certificate?: string;
  readonly predicateType?: string;
  readonly dryRun?: true;
  readonly saveBundle?: true;
  readonly checkSums?: true;
  readonly attest?: string;
  readonly forgetName?: readonly WrittenName[];
  readonly dataDir?: string;
  readonly policy?: GivenPolicy;
  readonly requireName?: true;
  readonly as?: WrittenName;
  /** Hex. */
  readonly sha256?: string;
  readonly rekorUrl?: string;
  readonly retries?: number;
  /** Milliseconds. */
  readonly retryDelay?: number;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly caFile?: string;
  readonly offline?: true;
  readonly json?: true;
  readonly quiet?: true;
  readonly verbose?: true;
  readonly color?: 'auto' | 'always' | 'never';
  readonly progress: boolean;
}

/** A line that runs a command. */
export interface ParsedLine {
  readonly kind: 'run';
  readonly command: CommandName;
  /** Whether the command's name stands on the line; `install` is meant where none does. */
  readonly explicit: boolean;
  readonly operands: readonly string[];
  readonly options: Options;
  /** All words, for advice that repeats them. */
  readonly words: readonly string[];
  /** What a person should know of the environment: `K8S_VERIFY_MIROR` is no variable that is read. */
  readonly notes: readonly Note[];
  /** What variables of the environment set: `K8S_VERIFY_MIRROR sets --mirror`. */
  readonly fromVariables: readonly string[];
}

/** A line with `--help`. */
export interface ParsedQuestion {
  readonly kind: 'help';
  readonly page: StrictCommand;
  readonly all: boolean;
}

/**
 * Reads the words of a command line, save `--version` alone; nothing is done yet.
 *
 * @throws RequestError `usage`
 */
export function parseLine(words: readonly string[], env: Environment): ParsedLine | ParsedQuestion {
  if (words.length > MAX_COMMAND_LINE_WORDS) {
    throw new RequestError('usage', 'the command line has too many words', {
      wanted: `at most ${MAX_COMMAND_LINE_WORDS}`,
      found: String(words.length),
      next: 'make several runs of it',
    });
  }
  if (beforeDashes(words).some((word) => /^--version(?:=|$)/.test(word))) throw versionAmongWords(words);
  const program = createProgram();
  for (const command of program.strictCommands) {
    command.on('option:help-all', () => command.askForHelp(true));
  }
  try {
    program.parse(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
  }
  const { asked } = program;
  if (asked === undefined) throw new TypeError('no command was chosen');
  if (asked.kind === 'help') return { kind: 'help', page: asked.command, all: asked.all };
  return readRun(program, asked.command, words, env);
}

function readRun(
  program: StrictCommand,
  command: StrictCommand,
  words: readonly string[],
  env: Environment,
): ParsedLine {
  const fromVariables = applyVariables(command, env);
  const leftOut = leaveOutServers(command);
  const name = COMMANDS.find((one) => one === command.name());
  if (name === undefined) throw new TypeError(`there is no command ${command.name()}`);
  const [first = ''] = program.args;
  return {
    kind: 'run',
    command: name,
    explicit: first === name || command.aliases().includes(first),
    operands: command.args,
    options: command.optsWithGlobals<Options>(),
    words,
    notes: [...environmentNotes(program, env), ...leftOut],
    fromVariables,
  };
}

/** `k8s-verify verify FILE --version v1.30.2` once printed a version, ended with 0, and had checked nothing. */
function versionAmongWords(words: readonly string[]): RequestError {
  const takesVersion = !['verify', 'doctor', 'trusted-root', 'policy', 'completion', 'help'].includes(
    words[0] ?? '',
  );
  const rest = words.flatMap((word, index) => {
    if (word === '--version') return [];
    if (!takesVersion && words[index - 1] === '--version') return [];
    if (word.startsWith('--version=')) return takesVersion ? [word.slice('--version='.length)] : [];
    return [word];
  });
  return new RequestError('usage', '--version stands alone; a version is written without it', {
    next: commandText(rest) ?? 'k8s-verify kubectl v1.30.2',
  });
}

/** `--extract` with the members that are wanted; none means everything. */
export function readExtract({ extract, member }: Options): {
  readonly extract?: { readonly members: readonly string[] };
} {
  return extract === true ? { extract: { members: member ?? [] } } : {};
}

/** `--output` where an archive is unpacked: a directory, with or without a slash at its end. */
export function outputDirectory(text: string): string {
  return outputFile(text.replace(/(?<=[^/\\])[/\\]+$/u, ''));
}

/** Trust as the command line says it; the key is still a file name. */
export type TrustArguments = Omit<TrustRequest, 'publicKeyPem'>;

export function readTrust(options: Options): TrustArguments {
  const { policy, trustedRoot, certificateIdentity: identity, certificateOidcIssuer: issuer } = options;
  if ((identity === undefined) !== (issuer === undefined)) {
    const [given, missing] =
      issuer === undefined
        ? ['--certificate-identity', '--certificate-oidc-issuer']
        : ['--certificate-oidc-issuer', '--certificate-identity'];
    throw new RequestError('usage', `${given} needs ${missing} with it`, {
      wanted: 'both, or neither for the signer of the Kubernetes releases',
      found: `${given} alone`,
      why: 'an identity means something only together with the issuer that vouched for it',
      next: `add ${missing}`,
    });
  }
  const { maxTrustedRootAge: age = options.requireFreshTrustedRoot && TRUST_CHECK_INTERVAL_MS } = options;
  const tuf = readTuf(options);
  return {
    ...(policy === undefined ? {} : { policy }),
    ...(trustedRoot === undefined ? {} : { trustedRootFile: trustedRoot }),
    ...(tuf === undefined ? {} : { tuf }),
    ...(age === undefined ? {} : { maxTrustedRootAgeMs: age }),
    ...(identity === undefined || issuer === undefined
      ? {}
      : { identity: { subjectAlternativeName: identity, issuer } }),
  };
}

export function readNames({ forgetName }: Options): NamesRequest {
  return forgetName === undefined ? {} : { forgetNames: forgetName };
}

/** The TUF repository of another Sigstore, with the root that it begins with. */
function readTuf({ tufUrl: url, tufRoot: rootFile }: Options): TrustRequest['tuf'] {
  if (url === undefined && rootFile === undefined) return undefined;
  if (url !== undefined && rootFile !== undefined) return { url, rootFile };
  const [given, missing] = url === undefined ? ['--tuf-root', '--tuf-url'] : ['--tuf-url', '--tuf-root'];
  throw new RequestError('usage', `${given} needs ${missing} with it`, {
    wanted: 'both, or neither for the public-good Sigstore',
    found: `${given} alone`,
    why: 'what a TUF repository has is believed only as far as its own first root signs for it',
    next: `add ${missing}`,
  });
}

export function readNetwork({ mirror, rekorUrl }: Options): NetworkRequest {
  return {
    ...(mirror === undefined ? {} : { sources: mirror.map(sourceAt) }),
    ...(rekorUrl === undefined ? {} : { rekorUrl }),
  };
}

/** How the network is used, and where things are kept; each is absent where the default counts. */
export interface TransportArguments {
  readonly offline?: true;
  readonly retries?: number;
  readonly retryDelayMs?: number;
  readonly timeoutMs?: number;
  readonly caFile?: string;
  readonly dataDirectory?: string;
}

export function readTransport(options: Options): TransportArguments {
  const { retries, retryDelay, timeout, caFile, dataDir, offline } = options;
  return {
    ...(offline === undefined ? {} : { offline }),
    ...(dataDir === undefined ? {} : { dataDirectory: dataDir }),
    ...(retries === undefined ? {} : { retries }),
    ...(retryDelay === undefined ? {} : { retryDelayMs: retryDelay }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    ...(caFile === undefined ? {} : { caFile }),
  };
}
