/** The eight things that an install asks for, each of which can fail. */
import type { LoopbackServer } from '#support/http/loopback-server';
import type { RequestPattern } from '#support/http/request';
import { BUNDLE, type FaultWorld, MARKER, PAIR, SEARCH } from './fault-world.ts';

export const TARGET_NAMES = [
  'binary',
  '.sig',
  '.cert',
  '.sha256',
  '.sigstore.json',
  'marker',
  'look-up',
  'search',
] as const;

export type TargetName = (typeof TARGET_NAMES)[number];

export interface Target {
  readonly name: TargetName;
  /** The version to ask for, so that the target is needed. */
  readonly version: string;
  /** The version that this is. */
  readonly resolved: string;
  readonly server: (world: FaultWorld) => LoopbackServer;
  readonly pattern: RequestPattern;
  /** How the URL of its retries ends. */
  readonly path: string;
}

const ofReleases = ({ releases }: FaultWorld): LoopbackServer => releases.http;
const ofLog = ({ rekor }: FaultWorld): LoopbackServer => rekor.http;

function published(name: TargetName, path: string, version = PAIR, resolved = version): Target {
  return { name, version, resolved, server: ofReleases, pattern: path, path };
}

const TARGETS: Readonly<Record<TargetName, Target>> = {
  binary: published('binary', '/kubectl'),
  '.sig': published('.sig', '.sig'),
  '.cert': published('.cert', '.cert'),
  '.sha256': published('.sha256', '.sha256'),
  '.sigstore.json': published('.sigstore.json', '.sigstore.json', BUNDLE),
  marker: published('marker', `/${MARKER}.txt`, MARKER, PAIR),
  'look-up': {
    name: 'look-up',
    version: PAIR,
    resolved: PAIR,
    server: ofLog,
    // The search fetches what it found from the same place, by UUID.
    pattern: ({ path, body }) =>
      path === '/api/v1/log/entries/retrieve' && Buffer.from(body).includes('"entries"'),
    path: '/api/v1/log/entries/retrieve',
  },
  search: {
    name: 'search',
    version: SEARCH,
    resolved: SEARCH,
    server: ofLog,
    pattern: '/api/v1/index/retrieve',
    path: '/api/v1/index/retrieve',
  },
};

export function targetOf(name: TargetName): Target {
  return TARGETS[name];
}
