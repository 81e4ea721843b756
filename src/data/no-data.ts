import type { DataStore } from './data-store.ts';

/** A store that keeps nothing. */
export const NO_DATA: DataStore = {
  keeps: false,
  read: () => Promise.resolve([]),
  write: () => Promise.resolve('failed'),
  pathOf: () => Promise.resolve(undefined),
  list: () => Promise.resolve([]),
  remove: () => Promise.resolve(true),
  look: () => Promise.resolve({ own: { kind: 'nowhere' }, evidence: [] }),
};
