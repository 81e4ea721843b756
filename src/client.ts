import { resolve } from 'node:path';
import type { HttpClient, NetworkOptions } from './http/http-client.ts';
import { offlineHttpClient } from './http/offline.ts';
import type { Report } from './progress.ts';
import type { DataPlaces } from './data/data-places.ts';
import type { DataStore } from './data/data-store.ts';
import { NO_DATA } from './data/no-data.ts';
import type { ProcessInfo } from './release/platform.ts';
import { K8sVerifyError, RequestError, UnavailableError } from './errors.ts';
import { MAX_RETRIES, MAX_TIMEOUT_MS } from './limits.ts';
import { InputFields } from './strict/input-fields.ts';
import { inFieldWords } from './text/field-words.ts';

/** Gives the time: the machine's clock, except in tests that need another day. */
export interface Clock {
  /** The current time. */
  now(): Date;
}

const systemClock: Clock = { now: () => new Date() };

/**
 * What a run works with: the network, the time, the kind of this machine, what earlier runs kept, and where progress is
 * reported.
 */
export interface Client {
  /** The network; only k8s-verify itself uses it. */
  readonly http: HttpClient;
  /** The time by which certificates and trusted roots are judged. */
  readonly clock: Clock;
  /** Decides the default platform. */
  readonly host: ProcessInfo;
  /** What earlier runs kept; only k8s-verify itself uses it. */
  readonly data: DataStore;
  /** Called with each step of a run. */
  readonly report: Report;
}

/** A client that its owner closes, by hand or with `await using`. */
export interface OwnedClient extends Client, AsyncDisposable {
  /** Ends every connection, so that the process can end; what still runs fails. May be called again. */
  close(): Promise<void>;
}

/** How a client uses the network, and what it keeps. Nothing here changes what is checked. */
export interface ClientOptions extends NetworkOptions {
  /**
   * Where evidence, names and trusted roots are kept for later runs; what is kept is checked again each time. Default:
   * nothing is kept. The command line has a place for each user, see `k8s-verify help environment`.
   */
  readonly dataDirectory?: string | DataPlaces | undefined;
}

/**
 * A client for one or more runs, which share its connections. Nothing is connected before the first request.
 *
 * @throws RequestError `usage` for an option that is unknown or out of bounds, and on a Node that is too old;
 *   UnavailableError `machine-cannot-judge` on Deno
 */
export function createClient(options: ClientOptions = {}): OwnedClient {
  assertNotDeno();
  assertSupportedNode();
  assertOptions(options);
  const report = options.report ?? (() => undefined);
  const http = options.offline === true ? offlineHttpClient() : loadedWhenAsked({ ...options, report });
  const close = (): Promise<void> => http.close();
  return {
    http,
    clock: systemClock,
    host: { platform: process.platform, arch: process.arch, endianness: endianness() },
    data: dataWhenUsed(options.dataDirectory, report),
    report,
    close,
    [Symbol.asyncDispose]: close,
  };
}

const DURATIONS = ['retryDelayMs', 'timeoutMs', 'connectTimeoutMs', 'stallTimeoutMs'] as const;
const OPTIONS = [
  ...DURATIONS,
  'report',
  'retries',
  'caFile',
  'env',
  'userAgent',
  'dataDirectory',
  'offline',
] as const;

function assertOptions(options: ClientOptions): void {
  const fields = new InputFields(options, 'the options of the client', OPTIONS, OPTIONS);
  const { optional, count, call } = fields;
  optional('retries', count(0, MAX_RETRIES));
  for (const name of DURATIONS) optional(name, count(0, MAX_TIMEOUT_MS));
  optional('report', call);
  optional('caFile', fields.path);
  optional('dataDirectory', (value, name) =>
    typeof value === 'object' ? assertPlaces(value) : fields.path(value, name),
  );
  optional('userAgent', fields.text);
  optional('offline', fields.flag);
}

const PLACES = ['own', 'system', 'isShared'] as const;

function assertPlaces(places: unknown): void {
  const fields = new InputFields(places, 'dataDirectory', PLACES, PLACES);
  fields.optional('own', fields.path);
  fields.optional('system', fields.path);
  fields.required('isShared', fields.flag);
}

/**
 * Runs a story with the given client, which stays open, or with a new one, which is closed at the end. Errors say what to
 * do in the words of the library.
 */
export async function usingClient<T>(
  client: Client | undefined,
  story: (client: Client) => Promise<T>,
): Promise<T> {
  if (client !== undefined) {
    assertClient(client);
    return told(story(client));
  }
  const own = createClient();
  try {
    return await told(story(own));
  } finally {
    await own.close();
  }
}

async function told<T>(run: Promise<T>): Promise<T> {
  try {
    return await run;
  } catch (error) {
    if (!(error instanceof K8sVerifyError) || error.next === undefined) throw error;
    const next = inFieldWords(error.next);
    throw next === error.next ? error : error.with({ next });
  }
}

/** Refuses options that are passed in place of a client; they would be ignored silently. */
function assertClient(client: Partial<Client>): void {
  if (typeof client === 'object' && typeof client.http?.fetchSmall === 'function') return;
  throw new RequestError('usage', 'this is not a client', {
    wanted: 'what createClient() gives, or nothing',
    found: 'something else',
    next: 'write createClient(options) and pass what it gives',
  });
}

/** A proof from a bundle needs no network, and is faster if that code is not loaded. */
function loadedWhenAsked(options: NetworkOptions): HttpClient {
  let loading: Promise<HttpClient> | undefined;
  let closed = false;
  const load = async (): Promise<HttpClient> => {
    const { createHttpClient } = await import('./http/client.ts');
    const client = createHttpClient(options);
    if (closed) await client.close();
    return client;
  };
  const client = (): Promise<HttpClient> => {
    loading ??= load();
    return loading;
  };
  return {
    isOffline: false,
    fetchSmall: async (request) => (await client()).fetchSmall(request),
    download: async (request) => (await client()).download(request),
    underWay: async () => (await loading)?.underWay(),
    close: async () => {
      closed = true;
      await (await loading)?.close();
    },
  };
}

/** Its code is loaded with the first use. */
function dataWhenUsed(directory: ClientOptions['dataDirectory'], report: Report): DataStore {
  if (directory === undefined) return NO_DATA;
  let loading: Promise<DataStore> | undefined;
  const load = async (): Promise<DataStore> => {
    const { openDataStore } = await import('./data/data-store.ts');
    const places = typeof directory === 'string' ? onlyPlace(directory) : directory;
    return openDataStore(places, (note) => report({ kind: 'note', ...note }));
  };
  const store = (): Promise<DataStore> => (loading ??= load());
  return {
    keeps: true,
    read: async (kind, key) => (await store()).read(kind, key),
    write: async (kind, key, bytes, options) => (await store()).write(kind, key, bytes, options),
    pathOf: async (kind, key) => (await store()).pathOf(kind, key),
    list: async (kind) => (await store()).list(kind),
    remove: async (kind, key) => (await store()).remove(kind, key),
    look: async () => (await store()).look(),
  };
}

function onlyPlace(directory: string): DataPlaces {
  return { own: resolve(directory), system: undefined, isShared: process.geteuid?.() === 0 };
}

function endianness(): ProcessInfo['endianness'] {
  return new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 'LE' : 'BE';
}

/** Deno reports the version of some Node, but its crypto fails where Node's verifies. */
function assertNotDeno(): void {
  const { deno } = process.versions;
  if (deno === undefined) return;
  throw new UnavailableError('machine-cannot-judge', 'k8s-verify does not run on Deno', {
    wanted: 'Node 22.22.2, 24.15.0, 26 or newer',
    found: `Deno ${deno}`,
    why: 'the crypto of Deno refuses genuine signatures',
    next: 'run it with Node: https://nodejs.org',
  });
}

/** `engines` of package.json; `bin/k8s-verify.js` has the same in words that any Node can parse. */
function isSupported(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  if (major >= 26) return true;
  if (major === 24) return minor >= 15;
  return major === 22 && (minor > 22 || (minor === 22 && patch >= 2));
}

/**
 * Refuses an older Node at the start, because it lacks functions that are called in the middle of a run.
 *
 * @param version without a `v`, as `process.versions.node`.
 * @throws RequestError `usage`
 */
export function assertSupportedNode(version: string = process.versions.node): void {
  if (isSupported(version)) return;
  throw new RequestError('usage', `k8s-verify needs another Node than v${version}`, {
    wanted: 'Node 22.22.2, 24.15.0, 26 or newer',
    found: `v${version}`,
    next: 'run it with a newer Node: https://nodejs.org',
  });
}
