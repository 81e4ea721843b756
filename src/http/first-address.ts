/**
 * A TCP connection to the first address of a host that answers (RFC 8305, "Happy Eyeballs").
 *
 * Node's `autoSelectFamily` gives up on each address before it tries the next one, by default after 250 ms. A slower
 * link never connects, and a longer limit wastes that time on every address that does not answer. Here, the next
 * address starts after 250 ms while the earlier attempts continue, so slow links and dead addresses are both fine.
 */
import { ADDRCONFIG, type LookupAddress, lookup as systemLookup } from 'node:dns';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { NEXT_ADDRESS_AFTER_MS } from '../limits.ts';

export interface Destination {
  /** A name, or an address with or without brackets. */
  readonly host: string;
  readonly port: number;
  /** Replaces the system's resolver. */
  readonly lookup: LookupFunction | undefined;
  /** For all addresses together, in milliseconds. */
  readonly timeoutMs: number;
  /** Ends the attempts; its reason is thrown. */
  readonly signal: AbortSignal;
}

/** The error for an attempt that took too long. Has `address` and `port` if there was only one address. */
export function timedOut(
  attempted: readonly { readonly address: string; readonly port: number }[],
): AggregateError {
  const errors = attempted.map((one) => Object.assign(new Error('connection timed out'), one));
  return Object.assign(new AggregateError(errors, 'connection timed out'), { code: 'ETIMEDOUT' });
}

/**
 * @throws the resolver's error; the error of the only address; an `AggregateError` with the first address's code if
 *   several failed; or `ETIMEDOUT`
 */
export async function connectToFirst(destination: Destination): Promise<Socket> {
  const { host, lookup, signal } = destination;
  signal.throwIfAborted();
  const addresses = interleaved(await resolveHost(host.replace(/^\[(.+)\]$/, '$1'), lookup));
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    new Race(addresses, destination, resolve, reject).start();
  });
}

async function resolveHost(
  host: string,
  lookup: LookupFunction = systemLookup,
): Promise<readonly LookupAddress[]> {
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family }];
  // Like Node's own `net.connect`: no IPv6 addresses on a machine without IPv6. Windows does not know the hint.
  const hints = process.platform === 'win32' ? 0 : ADDRCONFIG;
  return new Promise((resolve, reject) => {
    lookup(host, { all: true, hints }, (error, addresses) => {
      if (error !== null) reject(error);
      else
        resolve(
          typeof addresses === 'string' ? [{ address: addresses, family: isIP(addresses) }] : addresses,
        );
    });
  });
}

/** IPv6 and IPv4 in turn, starting with the family that the resolver prefers (RFC 8305 section 4). */
function interleaved(addresses: readonly LookupAddress[]): readonly LookupAddress[] {
  const preferred = addresses.filter(({ family }) => family === addresses[0]?.family);
  const others = addresses.filter(({ family }) => family !== addresses[0]?.family);
  return Array.from({ length: Math.max(preferred.length, others.length) }, (_, index) => [
    ...preferred.slice(index, index + 1),
    ...others.slice(index, index + 1),
  ]).flat();
}

class Race {
  readonly #addresses: readonly LookupAddress[];
  readonly #destination: Destination;
  readonly #resolve: (socket: Socket) => void;
  readonly #reject: (error: unknown) => void;
  readonly #open = new Set<Socket>();
  readonly #failures: Error[] = [];
  readonly #deadline: NodeJS.Timeout;
  #started = 0;
  #next: NodeJS.Timeout | undefined;

  constructor(
    addresses: readonly LookupAddress[],
    destination: Destination,
    resolve: (socket: Socket) => void,
    reject: (error: unknown) => void,
  ) {
    this.#addresses = addresses;
    this.#destination = destination;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#deadline = setTimeout(() => {
      const attempted = addresses.slice(0, this.#started);
      this.#fail(timedOut(attempted.map(({ address }) => ({ address, port: destination.port }))));
    }, destination.timeoutMs);
    destination.signal.addEventListener('abort', this.#interrupt, { once: true });
  }

  /** Starts the next address, and schedules the one after it. */
  readonly start = (): void => {
    clearTimeout(this.#next);
    const target = this.#addresses[this.#started];
    if (target === undefined) return;
    this.#started += 1;
    this.#next = setTimeout(this.start, NEXT_ADDRESS_AFTER_MS);
    const socket = connect({
      host: target.address,
      family: target.family,
      port: this.#destination.port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
    });
    this.#open.add(socket);
    socket.once('connect', () => this.#win(socket));
    // Keep this listener: an error before undici adds its own must not end the process.
    socket.on('error', (error) => this.#lose(socket, error));
  };

  #win(socket: Socket): void {
    this.#open.delete(socket);
    this.#end();
    this.#resolve(socket);
  }

  #lose(socket: Socket, error: Error): void {
    if (!this.#open.delete(socket)) return;
    this.#failures.push(error);
    if (this.#failures.length < this.#addresses.length) this.start();
    else this.#fail(asOne(this.#failures));
  }

  readonly #interrupt = (): void => this.#fail(this.#destination.signal.reason);

  #fail(reason: unknown): void {
    this.#end();
    this.#reject(reason);
  }

  #end(): void {
    clearTimeout(this.#next);
    clearTimeout(this.#deadline);
    this.#destination.signal.removeEventListener('abort', this.#interrupt);
    for (const socket of this.#open) socket.destroy();
    this.#open.clear();
  }
}

/** Reports several failures like Node does: with the code of the first. */
function asOne(failures: readonly Error[]): Error {
  const [first] = failures;
  if (first !== undefined && failures.length === 1) return first;
  const code = first !== undefined && 'code' in first ? { code: first.code } : {};
  return Object.assign(new AggregateError(failures, first?.message), code);
}
