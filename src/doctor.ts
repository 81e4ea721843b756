import { K8sVerifyError, UnavailableError } from './errors.ts';
import { type ExitCode, exitCodeFor } from './exit-codes.ts';
import { type Environment, proxyFor } from './http/proxy.ts';
import { tlsSwitchNote } from './http/tls-switch.ts';
import { defaultInstallDirectory, type HostDirectories } from './plan/destination.ts';
import { MAX_CLOCK_SKEW_MS, MAX_LOG_RESPONSE_BYTES, MAX_MARKER_BYTES } from './limits.ts';
import type { SmallResponse } from './http/http-client.ts';
import { nodeVariablesNote } from './text/node-variables.ts';
import { systemVariables } from './text/system-variables.ts';
import { VERSION } from './text/version.ts';
import { formatPlatform, hostPlatform } from './release/platform.ts';
import { type NetworkRequest, rekorUrlOf, serversOf, type TrustRequest } from './plan/request.ts';
import { factsOf, rootWords } from './trust/root-age.ts';
import { openTrust } from './flow/open-trust.ts';
import type { Client } from './client.ts';

export interface DiagnoseRequest extends NetworkRequest, TrustRequest {
  readonly env: Environment;
  readonly directories: HostDirectories;
  readonly signal?: AbortSignal;
}

/** One thing that a run depends on. */
export interface Finding {
  readonly subject:
    | 'k8s-verify'
    | 'environment'
    | 'downloads'
    | 'public log'
    | 'trusted root'
    | 'clock'
    | 'install';
  /** `note`: a run can work, but the user should know. */
  readonly outcome: 'ok' | 'note' | 'problem';
  readonly found: string;
  readonly advice?: string;
  /** What a run would end with; 0 unless it is a problem. */
  readonly exitCode: ExitCode;
}

/** A server that was asked, when it was, and what its clock said then. */
interface Visit {
  readonly finding: Finding;
  readonly skewMs?: number;
}

/**
 * Looks at everything that a run depends on: this machine, the way to the servers, the clock, the trusted root and the
 * place to install to. Changes nothing, and never throws for what it finds.
 */
export async function diagnose(request: DiagnoseRequest, client: Client): Promise<readonly Finding[]> {
  const sources = serversOf(request);
  const log = rekorUrlOf(request);
  const [visits, trustedRoot] = await Promise.all([
    Promise.all([
      ...sources.map((url) => visit('downloads', url, '/release/stable.txt', request, client)),
      visit('public log', log, '/api/v1/log', request, client),
    ]),
    lookAtTrustedRoot(request, client),
  ]);
  return [
    attempt('k8s-verify', () => lookAtProgram(client)),
    ...lookAtEnvironment(request.env),
    ...asRunWouldTakeThem(visits.map(({ finding }) => finding)),
    trustedRoot,
    // A clock that is behind k8s-verify itself is told once.
    ...(trustedRoot.subject === 'clock' ? [] : [lookAtClock(visits)]),
    attempt('install', () => lookAtDirectory(request.directories)),
  ];
}

function ok(subject: Finding['subject'], found: string): Finding {
  return { subject, outcome: 'ok', found, exitCode: 0 };
}

function problem(subject: Finding['subject'], error: unknown): Finding {
  if (!(error instanceof K8sVerifyError)) throw error;
  const { message, found: detail } = error;
  const found = detail === undefined || message.includes(detail) ? message : `${message}: ${detail}`;
  const advice = error.next === undefined ? {} : { advice: error.next };
  return { subject, outcome: 'problem', found, ...advice, exitCode: exitCodeFor(error) };
}

function attempt(subject: Finding['subject'], look: () => Finding): Finding {
  try {
    return look();
  } catch (error) {
    return problem(subject, error);
  }
}

function lookAtProgram({ host }: Client): Finding {
  const platform = formatPlatform(hostPlatform(host));
  return ok('k8s-verify', `${VERSION}, Node ${process.versions.node}, ${platform}`);
}

/** Variables that Node, OpenSSL or the linker read before this program runs, and one that nothing reads. */
function lookAtEnvironment(env: Environment): readonly Finding[] {
  const notes = [nodeVariablesNote(env), tlsSwitchNote(), ...systemVariables(env)];
  return notes
    .filter((note) => note !== undefined)
    .map(({ found, advice }) => ({ subject: 'environment', outcome: 'note', found, advice, exitCode: 0 }));
}

/** The way to a server: through which proxy, without its user name and password. */
function wayTo(url: URL, env: Environment): string {
  const proxy = proxyFor(url, env);
  if (proxy === undefined) return 'no proxy';
  return `through ${proxy.url.protocol}//${proxy.url.host} (${proxy.variable})`;
}

async function visit(
  subject: 'downloads' | 'public log',
  base: string,
  path: string,
  { signal, env }: DiagnoseRequest,
  { http, clock }: Client,
): Promise<Visit> {
  const server = new URL(base);
  const { host } = server;
  const started = performance.now();
  try {
    const way = wayTo(server, env);
    const { date }: SmallResponse = await http.fetchSmall({
      url: `${base}${path}`,
      maxBytes: Math.max(MAX_MARKER_BYTES, MAX_LOG_RESPONSE_BYTES),
      accept: [200, 400, 404, 405],
      what: `an answer from ${host}`,
      signal,
    });
    const finding = ok(subject, `${host} answers in ${Math.round(performance.now() - started)} ms, ${way}`);
    return date === undefined ? { finding } : { finding, skewMs: clock.now().getTime() - date.getTime() };
  } catch (error) {
    return { finding: problem(subject, error) };
  }
}

/** Where one release server answers, a run goes on to it from those that do not. */
function asRunWouldTakeThem(findings: readonly Finding[]): readonly Finding[] {
  const answers = findings.some(({ subject, outcome }) => subject === 'downloads' && outcome === 'ok');
  return findings.map((finding) =>
    answers && finding.subject === 'downloads' && finding.outcome === 'problem'
      ? { ...finding, outcome: 'note', exitCode: 0 }
      : finding,
  );
}

/** The servers' clocks count in whole seconds, and an answer takes its time: the closest of them decides. */
function lookAtClock(visits: readonly Visit[]): Finding {
  const skews = visits.flatMap(({ skewMs }) => skewMs ?? []).sort((a, b) => Math.abs(a) - Math.abs(b));
  const [skew] = skews;
  if (skew === undefined) {
    const advice = 'compare this clock with another; certificates and log entries are judged by it';
    return { subject: 'clock', outcome: 'note', found: 'no server told its time', advice, exitCode: 0 };
  }
  const seconds = Math.round(Math.abs(skew) / 1000);
  const found =
    seconds <= 1
      ? "agrees with the servers'"
      : `${seconds} s ${skew > 0 ? 'ahead of' : 'behind'} the servers'`;
  if (Math.abs(skew) <= MAX_CLOCK_SKEW_MS) return ok('clock', found);
  const advice = 'set the clock; certificates and log entries are judged by it';
  return { subject: 'clock', outcome: 'problem', found, advice, exitCode: 5 };
}

/** The trusted root that a run would start with: the kept one or the embedded one. Makes no request. */
async function lookAtTrustedRoot(request: DiagnoseRequest, client: Client): Promise<Finding> {
  try {
    const now = client.clock.now();
    const trust = await (await openTrust(request, client, request.signal)).current();
    const { sha256, ignored } = trust;
    const found = `${rootWords(factsOf(trust), now)}, sha256 ${sha256.slice(0, 16)}...`;
    if (ignored.length === 0) return ok('trusted root', found);
    return {
      subject: 'trusted root',
      outcome: 'note',
      found: `${found}; left out: ${ignored.map(({ what }) => what).join('; ')}`,
      advice: 'update k8s-verify, which does not know these parts; the rest of the trusted root counts',
      exitCode: 0,
    };
  } catch (error) {
    const isOfClock = error instanceof UnavailableError && error.code === 'clock-wrong';
    return problem(isOfClock ? 'clock' : 'trusted root', error);
  }
}

function lookAtDirectory(directories: HostDirectories): Finding {
  const { path, onPath } = defaultInstallDirectory(directories);
  if (!directories.canBeWritten(path)) {
    return {
      subject: 'install',
      outcome: 'problem',
      found: `${path}, where this user may not write`,
      advice: 'run it as a user who may (for example with sudo), or use --install-dir',
      exitCode: 20,
    };
  }
  if (onPath) return ok('install', `${path}, writable, on PATH`);
  return {
    subject: 'install',
    outcome: 'note',
    found: `${path}, writable, not on PATH`,
    advice: `add it to PATH, or use --install-dir`,
    exitCode: 0,
  };
}
