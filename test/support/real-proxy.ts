/** Proxy programs as Debian ships them, where they are on the PATH: another reading of the protocol than our own. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { closedPort } from './http/listen.ts';
import { createTempDir } from './temp-dir.ts';

export type ProxyProgram = 'tinyproxy' | 'squid';

export interface RealProxy {
  /** `127.0.0.1:port`, for a URL that may have credentials. */
  readonly address: string;
  /** What it logged so far. */
  log(): string;
  [Symbol.asyncDispose](): Promise<void>;
}

export function isOnPath(program: ProxyProgram): boolean {
  return spawnSync(program, ['-v'], { stdio: 'ignore' }).error === undefined;
}

interface Invocation {
  readonly config: string;
  readonly args: readonly string[];
  readonly ready: RegExp;
}

function invocationOf(program: ProxyProgram, port: number, directory: string): Invocation {
  const file = `${directory}/proxy.conf`;
  if (program === 'tinyproxy') {
    const lines = [
      `Port ${port}`,
      'Listen 127.0.0.1',
      'LogLevel Info',
      'MaxClients 20',
      'BasicAuth user secret',
    ];
    return { config: lines.join('\n'), args: ['-d', '-c', file], ready: /Accepting connections/ };
  }
  const lines = [
    `http_port 127.0.0.1:${port}`,
    'visible_hostname localhost',
    'http_access allow all',
    'cache deny all',
    'shutdown_lifetime 0 seconds',
    `pid_filename ${directory}/squid.pid`,
    `cache_log ${directory}/cache.log`,
    `access_log stdio:${directory}/access.log`,
    `coredump_dir ${directory}`,
  ];
  return {
    config: lines.join('\n'),
    args: ['-N', '-d', '1', '-f', file],
    ready: /Accepting HTTP Socket connections/,
  };
}

/** Starts it on a free port of loopback; tinyproxy asks for `user:secret`. */
export async function startRealProxy(program: ProxyProgram): Promise<RealProxy> {
  const directory = await createTempDir('k8s-verify-proxy-');
  // Started by root, it becomes another user, who has to write there.
  chmodSync(directory.path, 0o777);
  const port = await closedPort();
  const { config, args, ready } = invocationOf(program, port, directory.path);
  writeFileSync(directory.join('proxy.conf'), `${config}\n`);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const started = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (ready.test(output)) resolve();
      });
    }
    child.on('exit', () => reject(new Error(`${program} ended: ${output}`)));
  });
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => resolve());
  });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async (): Promise<void> => {
    process.removeListener('exit', kill);
    kill();
    await ended;
    await directory.remove();
  };
  await started.catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const accessLog = directory.join('access.log');
  return {
    address: `127.0.0.1:${port}`,
    log: () => output + (existsSync(accessLog) ? readFileSync(accessLog, 'utf8') : ''),
    [Symbol.asyncDispose]: stop,
  };
}
