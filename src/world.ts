import { endianness } from 'node:os';
import { createHttpClient, type HttpClientOptions } from './http/client.ts';
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
    http: createHttpClient({ ...options, report }),
    clock: systemClock,
    host: { platform: process.platform, arch: process.arch, endianness: endianness() },
    report,
  };
}
