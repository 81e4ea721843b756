/** What several commands take: whose signature, in which trusted root, over which network. */
import { excerpt } from '../text/excerpt.ts';
import { shownUrl } from '../text/shown-url.ts';
import { RequestError } from '../errors.ts';
import { outputFile } from '../plan/destination.ts';
import { MAX_RETRIES, MAX_TIMEOUT_MS } from '../limits.ts';
import { type NetworkRequest, parseBaseUrl, type TrustRequest } from '../plan/request.ts';
import type { CommandLine } from './command-line.ts';
import type { OptionName } from './options.ts';

export function theValue(line: CommandLine, name: OptionName): string | undefined {
  return line.values.get(name)?.[0];
}

/** `--extract` with the members that are wanted; none means everything. */
export function readExtract(line: CommandLine): {
  readonly extract?: { readonly members: readonly string[] };
} {
  return line.switches.has('extract') ? { extract: { members: line.values.get('extract') ?? [] } } : {};
}

/** `--output` where an archive is unpacked: a directory, with or without a slash at its end. */
export function outputDirectory(text: string): string {
  return outputFile(text.replace(/(?<=[^/\\])[/\\]+$/u, ''));
}

/** Trust as the command line says it; the key is still a file name. */
export type TrustArguments = Omit<TrustRequest, 'publicKeyPem'>;

export function readTrust(line: CommandLine): TrustArguments {
  const trustedRootFile = theValue(line, 'trusted-root');
  const subjectAlternativeName = theValue(line, 'certificate-identity');
  const issuer = theValue(line, 'certificate-oidc-issuer');
  if ((subjectAlternativeName === undefined) !== (issuer === undefined)) {
    const [given, missing] =
      issuer === undefined
        ? ['--certificate-identity', '--certificate-oidc-issuer']
        : ['--certificate-oidc-issuer', '--certificate-identity'];
    throw new RequestError('usage', `${given} needs ${missing} beside it`, {
      expected: 'both, or neither for the signer of the Kubernetes releases',
      found: `${given} alone`,
      why: 'an identity means something only together with the issuer that vouched for it',
      advice: `add ${missing}`,
    });
  }
  return {
    ...(trustedRootFile === undefined ? {} : { trustedRootFile }),
    ...(subjectAlternativeName === undefined || issuer === undefined
      ? {}
      : { identity: { subjectAlternativeName, issuer } }),
  };
}

export function readNetwork(line: CommandLine): NetworkRequest {
  const sources = line.values.get('mirror');
  const rekorUrl = theValue(line, 'rekor-url');
  return {
    ...(sources === undefined ? {} : { sources: sources.map((url) => readUrl('mirror', url)) }),
    ...(rekorUrl === undefined ? {} : { rekorUrl: readUrl('rekor-url', rekorUrl) }),
  };
}

/** How the network is used; each is absent where the default counts. */
export interface TransportArguments {
  readonly retries?: number;
  readonly retryDelayMs?: number;
  readonly timeoutMs?: number;
  readonly caFile?: string;
}

export function readTransport(line: CommandLine): TransportArguments {
  const retries = theValue(line, 'retries');
  const retryDelay = theValue(line, 'retry-delay');
  const timeout = theValue(line, 'timeout');
  const caFile = theValue(line, 'ca-file');
  return {
    ...(retries === undefined ? {} : { retries: readCount('retries', retries) }),
    ...(retryDelay === undefined ? {} : { retryDelayMs: readDuration('retry-delay', retryDelay) }),
    ...(timeout === undefined ? {} : { timeoutMs: readDuration('timeout', timeout) }),
    ...(caFile === undefined ? {} : { caFile }),
  };
}

function readCount(option: OptionName, text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) <= MAX_RETRIES) return Number(text);
  throw new RequestError('usage', `${excerpt(text)} is not a number of retries`, {
    expected: `--${option} with a whole number from 0 to ${MAX_RETRIES}`,
    found: excerpt(text),
    advice: `write for example --${option} 3`,
  });
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `500ms`, `2s`, `1.5m`; a bare number is seconds, as curl has it. */
function readDuration(option: OptionName, text: string): number {
  const parts = /^(?<amount>\d{1,9}(?:\.\d{1,3})?)(?<unit>ms|s|m|h)?$/.exec(text)?.groups;
  const milliseconds = Math.round(Number(parts?.['amount'] ?? 0) * (UNITS[parts?.['unit'] ?? 's'] ?? 0));
  if (milliseconds >= 1 && milliseconds <= MAX_TIMEOUT_MS) return milliseconds;
  throw new RequestError('usage', `${excerpt(text)} is not a length of time`, {
    expected: `--${option} with a number above 0 and ms, s, m or h behind it; without one of these, seconds`,
    found: excerpt(text),
    advice: `write for example --${option} 30s`,
  });
}

function readUrl(option: OptionName, text: string): string {
  const url = parseBaseUrl(text);
  if (url !== undefined) return url;
  throw new RequestError('usage', `--${option} is not the base URL of a server`, {
    expected: 'https://host/path, without ? and #',
    found: excerpt(shownUrl(text)),
    advice:
      !URL.canParse(text) && URL.canParse(`https://${text}`)
        ? 'did you leave out https:// at the start?'
        : 'write for example https://mirror.example.com/kubernetes',
  });
}
