import { parseArgs } from 'node:util';
import { errorText } from '../../src/cli/error-text.ts';
import { printable } from '../../src/cli/printable.ts';
import { RequestError } from '../../src/errors.ts';
import { type ExitCode, exitCodeFor } from '../../src/exit-codes.ts';
import { createHttpClient } from '../../src/http/client.ts';
import { parseBaseUrl } from '../../src/plan/request.ts';
import { checkTrustRoot } from './check.ts';
import { describeChange } from '../../src/trust/difference.ts';
import { PUBLIC_GOOD_TUF_URL } from '../../src/trust/embedded-root.ts';
import { fetchTrustRoot } from './fetch.ts';
import { packageSeed, type PackageSeed } from './package-seed.ts';
import { type Candidate, isSame, replaceTrustRoot } from './replace.ts';
import type { RootRecord } from '../../src/trust/root-age.ts';
import { tufRootMade } from './trust-root-folder.ts';

/** What the command uses in addition to the network. */
export interface TrustRootsWorld {
  /** The trust root to check or to write anew; its `root.json` is where TUF starts. */
  readonly folder: string;
  /** Where the variables for proxies are looked up. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly print: (line: string) => void;
  readonly printError: (line: string) => void;
  /** What the time is, for the record of what is fetched; default: the wall clock's. */
  readonly now?: () => Date;
  /** Bound of the first wait before a request is repeated, in milliseconds. */
  readonly retryDelayMs?: number;
}

/**
 * The command `npm run trust-roots`, with the exit codes of k8s-verify. Whatever is refused leaves every file as it
 * was.
 */
export async function runTrustRoots(args: readonly string[], world: TrustRootsWorld): Promise<ExitCode> {
  try {
    const options = readArguments(args);
    if (options.kind === 'help') {
      world.print(HELP);
      return 0;
    }
    if (options.kind === 'check') return check(world);
    const candidate = options.kind === 'fetch' ? await fetchFrom(options, world) : fromPackage();
    replaceTrustRoot(world.folder, candidate, (change) => world.print(printable(describeChange(change))));
    return 0;
  } catch (error) {
    world.printError(errorText(error, { color: false, verbose: true }).trimEnd());
    return exitCodeFor(error);
  }
}

function check({ folder, printError }: TrustRootsWorld): ExitCode {
  const complaints = checkTrustRoot(folder, packageSeed());
  for (const complaint of complaints) printError(printable(complaint));
  return complaints.length === 0 ? 0 : exitCodeFor(undefined);
}

/** @param record default: when the TUF root was made, since the package does not say when it took it. */
function fromPackage(seed: PackageSeed = packageSeed(), record?: RootRecord): Candidate {
  return {
    files: seed.files,
    origin: { kind: 'package', version: seed.version },
    record: record ?? { currentAsOf: tufRootMade(seed.files.root), published: {} },
  };
}

async function fetchFrom(
  { repository, caFile }: FetchArguments,
  { folder, env, retryDelayMs, printError, now = () => new Date() }: TrustRootsWorld,
): Promise<Candidate> {
  const http = createHttpClient({
    env,
    caFile,
    retryDelayMs,
    report: (event) => {
      if (event.kind === 'retry')
        printError(printable(`${event.reason} (${event.url}): again in ${event.delayMs} ms`));
    },
  });
  try {
    const currentAsOf = now();
    const { files, published } = await fetchTrustRoot({ repository, folder, http, now: currentAsOf });
    const record = { currentAsOf, published };
    const seed = packageSeed();
    const carried = isSame(files, seed.files);
    return carried
      ? fromPackage(seed, record)
      : { files, origin: { kind: 'repository', url: repository, seedVersion: seed.version }, record };
  } finally {
    await http.close();
  }
}

interface FetchArguments {
  readonly repository: string;
  readonly caFile: string | undefined;
}

type Arguments = { readonly kind: 'package' | 'check' | 'help' } | ({ readonly kind: 'fetch' } & FetchArguments);

const OPTIONS = {
  check: { type: 'boolean' },
  fetch: { type: 'boolean' },
  repository: { type: 'string' },
  'ca-file': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const USAGE = '[--check | --fetch [--repository URL] [--ca-file FILE]]';
const HELP = `Usage: npm run trust-roots -- ${USAGE}

Writes trust-roots/sigstore-public-good/ anew from what @sigstore/tuf carries, and
says which authorities and logs appear, end or change.

  --check           write and fetch nothing; fail where a file is not what the
                    folder's README records, or not what the package carries if
                    that is its origin
  --fetch           take it from the TUF repository instead, starting from the
                    TUF root that is embedded
  --repository URL  with --fetch: a mirror of the repository; default:
                    ${PUBLIC_GOOD_TUF_URL}
  --ca-file FILE    with --fetch: further CAs (PEM) to trust for TLS
  -h, --help        print this help

It ends with 0, or with the exit codes of k8s-verify. Whatever is refused leaves
every file as it was.`;

function readArguments(args: readonly string[]): Arguments {
  const { values } = parse(args);
  if (values.help === true) return { kind: 'help' };
  const { check: isCheck = false, fetch: isFetch = false, repository, 'ca-file': caFile } = values;
  if (isCheck && isFetch) throw usage('--check makes no request, so that it does not go with --fetch');
  if (!isFetch && (repository ?? caFile) !== undefined) {
    throw usage('--repository and --ca-file say how to fetch, and need --fetch');
  }
  if (!isFetch) return { kind: isCheck ? 'check' : 'package' };
  return { kind: 'fetch', repository: repositoryUrl(repository ?? PUBLIC_GOOD_TUF_URL), caFile };
}

function parse(args: readonly string[]): ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>> {
  try {
    return parseArgs({ args: [...args], options: OPTIONS });
  } catch (cause) {
    throw usage(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

/** It is written into the README, which is why it must be plain, and free of user names and passwords. */
function repositoryUrl(text: string): string {
  const url = parseBaseUrl(text);
  if (url === undefined || !isAnonymous(new URL(url))) {
    throw usage('--repository takes an http or https URL without user, password, query and fragment');
  }
  return url;
}

function isAnonymous({ username, password }: URL): boolean {
  return username === '' && password === '';
}

function usage(message: string, cause?: unknown): RequestError {
  return new RequestError('usage', message, {
    wanted: USAGE,
    next: 'see npm run trust-roots -- --help',
    cause,
  });
}
