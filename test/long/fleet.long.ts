/**
 * Five hundred nodes that scan at the same time, behind one address, against a log that answers 500 requests a minute and says
 * 429 to the rest. docs/fleet.md has the figures.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release, type } from 'node:os';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createClient } from '../../src/client.ts';
import { sideBySide } from '../../src/flow/side-by-side.ts';
import { mirror } from '../../src/mirror.ts';
import { scan } from '../../src/scan.ts';
import { goProgram } from '#support/go-program';
import { type Fault, fault } from '#support/http/faults';
import type { LoggedRequest } from '#support/http/loopback-server';
import { createTempDir, type TempDir } from '#support/temp-dir';
import { startWorld, type World } from '#support/world';

const NODES = 500;
const COMPONENTS = ['kubeadm', 'kubelet', 'kubectl'];
const VERSION = 'v1.30.2';
const PLATFORM = 'linux/amd64';
/** What users of Rekor have met. */
const A_MINUTE = 500;
const MINUTE_MS = 60_000;
/** Processes of one machine would share its cores anyhow. */
const AT_ONCE = 20;

let world: World;
let directory: TempDir;
beforeAll(async () => {
  directory = await createTempDir();
  world = await startWorld({ directory: directory.path });
  mkdirSync(directory.join('host/usr/bin'), { recursive: true });
  for (const component of COMPONENTS) {
    const bytes = goProgram({ main: `k8s.io/kubernetes/cmd/${component}`, strings: [VERSION] });
    const { sigstore } = world;
    await world.releases.publishRelease({ component, version: VERSION, platform: PLATFORM, bytes, sigstore });
    writeFileSync(directory.join('host/usr/bin', component), bytes);
  }
});
afterAll(async () => {
  await world.close();
  await directory.remove();
});

let refused = 0;
beforeEach(() => {
  refused = 0;
  const { http } = world.sigstore.rekorServer;
  http.reset();
  http.fault(/./, limited());
  world.releases.http.reset();
});

/** Refuses what is more than {@link A_MINUTE}, and says when there is room again. */
function limited(): Fault {
  const answered: number[] = [];
  return (honest, request) => {
    const now = Date.now();
    while ((answered[0] ?? now) <= now - MINUTE_MS) answered.shift();
    const [oldest = now] = answered;
    if (answered.length < A_MINUTE) {
      answered.push(now);
      return { reply: honest };
    }
    refused += 1;
    return fault.status(429, { retryAfter: Math.ceil((oldest + MINUTE_MS - now) / 1000) })(honest, request);
  };
}

interface Fleet {
  /** Files of all nodes that are proved. */
  readonly genuine: number;
  readonly failed: number;
  readonly seconds: number;
}

async function fleet(
  node: (index: number) => Parameters<typeof createClient>[0],
  offline: boolean,
): Promise<Fleet> {
  const began = performance.now();
  const one = async (index: number): Promise<readonly boolean[]> => {
    await using client = createClient(node(index));
    const { programs } = await scan(
      {
        root: directory.join('host'),
        sources: [offline ? directory.join('mirror') : world.mirror],
        rekorUrl: world.rekorUrl,
        trustedRootPath: world.trustedRoot,
      },
      client,
    );
    return programs.map(({ kind }) => kind === 'proved');
  };
  const all = (
    await sideBySide(
      Array.from({ length: NODES }, (_, index) => index),
      AT_ONCE,
      undefined,
      one,
    )
  ).flat();
  return {
    genuine: all.filter(Boolean).length,
    failed: all.filter((isProved) => !isProved).length,
    seconds: Math.round((performance.now() - began) / 100) / 10,
  };
}

/** Answered requests to the log. */
const asked = (): readonly LoggedRequest[] =>
  world.sigstore.rekorServer.http.requests.filter(({ status }) => status !== 429);

function say(what: string, { seconds, genuine }: Fleet): void {
  const machine = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown CPU'}, ${type()} ${release()}, Node ${process.version}`;
  const log = `${asked().length} requests to the log, ${refused} refused`;
  process.stdout.write(`${what}: ${NODES} nodes, ${genuine} programs in ${seconds} s; ${log} (${machine})\n`);
}

const EVERYTHING = { genuine: NODES * COMPONENTS.length, failed: 0 };

describe(`${NODES} nodes`, () => {
  it('with a mirror ask the log nothing', async () => {
    await using filler = createClient({ dataDirectory: directory.join('filler') });
    await mirror(
      {
        artifacts: COMPONENTS.map((component) => `${component}@${VERSION}`),
        platforms: [PLATFORM],
        sources: [world.mirror],
        rekorUrl: world.rekorUrl,
        trustedRootPath: world.trustedRoot,
        evidenceOnly: true,
        to: directory.join('mirror'),
      },
      filler,
    );
    world.sigstore.rekorServer.http.reset();
    const found = await fleet(
      (index) => ({ offline: true, dataDirectory: directory.join(`mirrored-${index}`) }),
      true,
    );
    say('mirror', found);
    expect(found).toMatchObject(EVERYTHING);
    expect(asked()).toEqual([]);
  });

  it('with one store ask the log once for each digest', async () => {
    const store = { own: directory.join('store'), system: undefined, isShared: true };
    // The node that fills it is one of them.
    const first = await scan(
      {
        root: directory.join('host'),
        sources: [world.mirror],
        rekorUrl: world.rekorUrl,
        trustedRootPath: world.trustedRoot,
      },
      createClient({ dataDirectory: store }),
    );
    expect(first.programs.map(({ kind }) => kind)).toEqual(COMPONENTS.map(() => 'proved'));
    const byFirst = asked().length;
    const found = await fleet(() => ({ dataDirectory: store }), false);
    say('store', found);
    expect(found).toMatchObject(EVERYTHING);
    expect(asked()).toHaveLength(byFirst);
    expect(world.releases.http.requests.length).toBeLessThan(50);
  });

  it('with nothing shared wait as long as the log asks for, and succeed', async () => {
    const found = await fleet(
      (index) => ({ retries: 10, dataDirectory: directory.join(`alone-${index}`) }),
      false,
    );
    say('alone', found);
    expect(found).toMatchObject(EVERYTHING);
    expect(refused).toBeGreaterThan(0);
  });
});
