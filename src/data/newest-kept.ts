/**
 * Keeps the newest state of something that many runs renew. Each state has a file of its own, whose name says how new it
 * is, and a reader takes the newest one that is what its name says. So a slow run cannot put an older state in the place
 * of a newer one, however many runs there are at once, and no run has to wait for another.
 */
import type { DataStore, KeptEntry, Written } from './data-store.ts';
import type { KeptKind } from './kept-kinds.ts';

/** No more states than this are read; only a damaged directory has more than a few. */
const MAX_STATES = 16;

/** Enough for every version number and every size of a tree. */
const DIGITS = 20;

/** One state, and how new it is. */
export interface State<T> {
  /** From {@link orderOf}. */
  readonly order: string;
  readonly value: T;
}

/** What the states are of, and how one is read. */
export interface States<T> {
  readonly kind: KeptKind;
  /** At most 64 characters; for the characters, see {@link DataStore}. */
  readonly key: string;
  /** @returns why it is not used, in words, if it cannot be. */
  open(entry: KeptEntry): Promise<State<T> | string>;
  /** Which one of two states with the same order counts, if they are kept in two places. */
  isLater(one: T, other: T): boolean;
  /** Called for each entry that is not used. */
  refuse(path: string, why: string): void;
}

/** Numbers as text that sorts like them: the first number that differs decides. At most three. */
export function orderOf(...numbers: readonly (number | bigint)[]): string {
  return numbers.map((number) => String(number).padStart(DIGITS, '0')).join('-');
}

/** The newest state that is kept, by this user or for the whole machine; undefined if there is none that can be used. */
export async function readNewest<T>(data: DataStore, states: States<T>): Promise<State<T> | undefined> {
  for (const name of (await namesOf(data, states)).slice(0, MAX_STATES)) {
    const state = await readState(data, states, name);
    if (state !== undefined) return state;
  }
  return undefined;
}

/**
 * Keeps a state, and removes this user's older ones and those that cannot be used. If a newer one was kept meanwhile, only
 * that one stays.
 */
export async function keepNewest<T>(
  data: DataStore,
  states: States<T>,
  { order, bytes }: { readonly order: string; readonly bytes: Uint8Array },
): Promise<Written> {
  const own = nameOf(states, order);
  const written = await data.write(states.kind, own, bytes);
  if (written === 'failed') return written;
  const quiet = { ...states, refuse: () => undefined };
  let newest: string | undefined;
  for (const name of await namesOf(data, states)) {
    if (newest === undefined && (name === own || (await readState(data, quiet, name)) !== undefined)) {
      newest = name;
    } else await data.remove(states.kind, name);
  }
  return written;
}

function nameOf({ key }: Pick<States<unknown>, 'key'>, order: string): string {
  return `${key}-${order}`;
}

/** The newest first. */
async function namesOf(data: DataStore, states: Pick<States<unknown>, 'kind' | 'key'>): Promise<string[]> {
  const names = await data.list(states.kind);
  return names.filter((name) => name.startsWith(nameOf(states, ''))).toReversed();
}

async function readState<T>(data: DataStore, states: States<T>, name: string): Promise<State<T> | undefined> {
  let latest: State<T> | undefined;
  for (const entry of await data.read(states.kind, name)) {
    const state = await states.open(entry);
    if (typeof state === 'string') states.refuse(entry.path, state);
    else if (nameOf(states, state.order) !== name) states.refuse(entry.path, 'it is not what its name says');
    else if (latest === undefined || states.isLater(state.value, latest.value)) latest = state;
  }
  return latest;
}
