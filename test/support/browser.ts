/** A headless chromium, spoken to over its own protocol; each test has a profile of its own. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { testDir } from './test-dir.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** The program of this machine, if it has one. */
export const CHROMIUM: string | undefined =
  process.platform === 'linux'
    ? NAMES.find((name) => spawnSync(name, ['--version']).status === 0)
    : undefined;

type Params = Readonly<Record<string, unknown>>;

/** What the browser said by itself. */
interface Said {
  readonly method: string;
  readonly params: Params;
}

/** One tab. */
export interface Tab {
  /** Opens an address, and waits until it is loaded. */
  open(address: string): Promise<void>;
  /** The value of an expression in the page. */
  evaluate(expression: string): Promise<unknown>;
  /** A command of the protocol. */
  send(method: string, params?: Params): Promise<Params>;
  /** Waits for what the browser says by itself. */
  next(method: string, isIt?: (params: Params) => boolean): Promise<void>;
  /** Addresses that were asked for, other than those that were opened. */
  requests(): readonly string[];
  /** Errors and warnings of the page. */
  complaints(): readonly string[];
}

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-port=0',
];

/** It ends when the running test does. */
export async function openTab(): Promise<Tab> {
  if (CHROMIUM === undefined) throw new Error('there is no chromium');
  const dir = await testDir();
  const browser = spawn(CHROMIUM, [...FLAGS, `--user-data-dir=${dir.join('profile')}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, HOME: dir.path, XDG_CONFIG_HOME: dir.path, XDG_CACHE_HOME: dir.path },
  });
  onTestFinished(() => end(browser));
  const socket = new WebSocket(await addressOf(browser));
  await once(socket, 'open');
  return tabOf(socket);
}

async function addressOf(browser: ChildProcess): Promise<string> {
  if (browser.stderr === null) throw new TypeError('nothing is heard of the browser');
  for await (const line of createInterface({ input: browser.stderr })) {
    const [, address] = /^DevTools listening on (ws:\S+)$/.exec(line) ?? [];
    if (address !== undefined) {
      browser.stderr.resume();
      return address;
    }
  }
  throw new Error('the browser ended at once');
}

async function tabOf(socket: WebSocket): Promise<Tab> {
  const waiting = new Map<number, (answer: { readonly result?: Params; readonly error?: unknown }) => void>();
  const said: Said[] = [];
  const listeners = new Set<(one: Said) => void>();
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data));
    if (message.id !== undefined) waiting.get(message.id)?.(message);
    else {
      said.push(message);
      for (const listener of listeners) listener(message);
    }
  });
  let count = 0;
  const call = async (method: string, params: Params, sessionId?: string): Promise<Params> => {
    const id = (count += 1);
    const answer = new Promise<{ readonly result?: Params; readonly error?: unknown }>((resolve) => {
      waiting.set(id, resolve);
    });
    socket.send(JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) }));
    const { result, error } = await answer;
    waiting.delete(id);
    if (result === undefined) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result;
  };
  const { targetId } = await call('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await call('Target.attachToTarget', { targetId, flatten: true });
  const send: Tab['send'] = (method, params = {}) => call(method, params, String(sessionId));
  for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await send(`${domain}.enable`);
  const next: Tab['next'] = (method, isIt = () => true) =>
    new Promise((resolve) => {
      const listener = (one: Said): void => {
        if (one.method !== method || !isIt(one.params)) return;
        listeners.delete(listener);
        resolve();
      };
      listeners.add(listener);
    });
  const opened = new Set<string>();
  return {
    send,
    next,
    async open(address) {
      opened.add(address);
      const loaded = next('Page.loadEventFired');
      await send('Page.navigate', { url: address });
      await loaded;
    },
    async evaluate(expression) {
      const answer = await send('Runtime.evaluate', { expression, returnByValue: true });
      if (answer['exceptionDetails'] !== undefined)
        throw new Error(JSON.stringify(answer['exceptionDetails']));
      return Reflect.get(Object(answer['result']), 'value');
    },
    requests: () =>
      said
        .filter(({ method }) => method === 'Network.requestWillBeSent')
        .map(({ params }) => String(Reflect.get(Object(params['request']), 'url')))
        .filter((address) => !opened.has(address)),
    complaints: () =>
      said
        .filter(({ method }) =>
          ['Log.entryAdded', 'Runtime.exceptionThrown', 'Runtime.consoleAPICalled'].includes(method),
        )
        .map(({ params }) => JSON.stringify(params)),
  };
}

async function end(browser: ChildProcess): Promise<void> {
  if (browser.exitCode !== null || browser.signalCode !== null) return;
  const exit = once(browser, 'exit');
  browser.kill('SIGKILL');
  await exit;
}
