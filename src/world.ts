import type { HttpClientOptions } from './http/client.ts';
import { type Clock, type HttpClient, type Report, systemClock } from './ports.ts';
import type { ProcessInfo } from './release/platform.ts';
import { assertSupportedNode } from './supported-node.ts';

/** What the stories work with: the network, the time, this machine's kind, and somebody who listens. */
export interface World {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly host: ProcessInfo;
  readonly report: Report;
}

export interface WorldOptions extends Omit<HttpClientOptions, 'report'> {
  readonly report?: Report;
}

/**
 * The real world. Close `http` when done, so that the process can end.
 *
 * @throws RequestError `usage` on a Node that is too old
 */
export function createWorld(options: WorldOptions = {}): World {
  assertSupportedNode();
  const report = options.report ?? (() => undefined);
  return {
    http: loadedWhenAsked({ ...options, report }),
    clock: systemClock,
    host: { platform: process.platform, arch: process.arch, endianness: endianness() },
    report,
  };
}

/** A proof from a bundle asks nobody, and is quicker without the code that could. */
function loadedWhenAsked(options: HttpClientOptions): HttpClient {
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
    fetchSmall: async (request) => (await client()).fetchSmall(request),
    download: async (request) => (await client()).download(request),
    close: async () => {
      closed = true;
      await (await loading)?.close();
    },
  };
}

function endianness(): ProcessInfo['endianness'] {
  return new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 'LE' : 'BE';
}
