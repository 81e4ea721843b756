/** The way to the servers, and what their clocks say. */
import type { Client } from '../client.ts';
import type { SmallResponse } from '../http/http-client.ts';
import { type Environment, proxyFor } from '../http/proxy.ts';
import { MAX_CLOCK_SKEW_MS, MAX_LOG_RESPONSE_BYTES, MAX_MARKER_BYTES } from '../limits.ts';
import { asNote, type Finding, noted, ok, problem } from './finding.ts';

export interface Visitor {
  readonly env: Environment;
  readonly signal: AbortSignal | undefined;
}

/** A server that was asked, when it was, and what its clock said then. */
export interface Visit {
  /** The base URL. */
  readonly url: string;
  readonly finding: Finding;
  /** Absent where the server gave no answer. */
  readonly answer?: SmallResponse;
  readonly skewMs?: number;
}

const STAYS_UNKNOWN = 'leave out --offline to look at the way to it';

/** The way to a server: through which proxy, without its user name and password. */
function wayTo(url: URL, env: Environment): string {
  const proxy = proxyFor(url, env);
  if (proxy === undefined) return 'no proxy';
  return `through ${proxy.url.protocol}//${proxy.url.host} (${proxy.variable})`;
}

/** Asks a server for a small file that it has, or may have. */
export async function visit(
  subject: 'downloads' | 'public log',
  url: string,
  path: string,
  { env, signal }: Visitor,
  { http, clock }: Client,
): Promise<Visit> {
  const server = new URL(url);
  const { host } = server;
  if (http.isOffline) {
    return { url, finding: noted(subject, `${host} is not asked: this run is offline`, STAYS_UNKNOWN) };
  }
  const started = performance.now();
  try {
    const way = wayTo(server, env);
    const answer: SmallResponse = await http.fetchSmall({
      url: `${url}${path}`,
      maxBytes: Math.max(MAX_MARKER_BYTES, MAX_LOG_RESPONSE_BYTES),
      accept: [200, 400, 404, 405],
      what: `an answer from ${host}`,
      signal,
    });
    const finding = ok(subject, `${host} answers in ${Math.round(performance.now() - started)} ms, ${way}`);
    const { date } = answer;
    const skew = date === undefined ? {} : { skewMs: clock.now().getTime() - date.getTime() };
    return { url, finding, answer, ...skew };
  } catch (error) {
    return { url, finding: problem(subject, error) };
  }
}

/** Where one release server answers, a run goes on to it from those that do not. */
export function asRunWouldTakeThem(downloads: readonly Visit[]): readonly Finding[] {
  const findings = downloads.map(({ finding }) => finding);
  const answers = findings.some(({ outcome }) => outcome === 'ok');
  return findings.map((finding) => (answers && finding.outcome === 'problem' ? asNote(finding) : finding));
}

/** The servers' clocks count in whole seconds, and an answer takes its time: the closest of them decides. */
export function lookAtClock(visits: readonly Visit[]): Finding {
  const skews = visits.flatMap(({ skewMs }) => skewMs ?? []).sort((a, b) => Math.abs(a) - Math.abs(b));
  const [skew] = skews;
  if (skew === undefined) {
    const advice = 'compare this clock with another; certificates and log entries are judged by it';
    return noted('clock', 'no server told its time', advice);
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
