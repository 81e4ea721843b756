/** Of states that many runs keep at once, the newest stays. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openDataStore } from '../../../src/data/data-store.ts';
import { keepNewest, orderOf, readNewest, type States } from '../../../src/data/newest-kept.ts';
import { testDir } from '#support/test-dir';

const KEY = 'a'.repeat(64);

/** A state is a text, "version:day", and one with another beginning is none. */
interface Text {
  readonly version: number;
  readonly day: number;
}

interface Shelf {
  readonly keep: (version: number, day?: number) => Promise<void>;
  readonly newest: () => Promise<string | undefined>;
  readonly names: () => readonly string[];
  readonly plant: (name: string, text: string, place?: 'own' | 'system') => void;
  readonly refused: string[];
}

async function shelf(): Promise<Shelf> {
  const dir = await testDir();
  const refused: string[] = [];
  const places = { own: dir.join('own'), system: dir.join('system'), isShared: false };
  const data = openDataStore(places, ({ text }) => refused.push(text));
  const states: States<Text> = {
    kind: 'trust',
    key: KEY,
    open: ({ bytes }) => {
      const found = /^(\d+):(\d+)$/.exec(Buffer.from(bytes).toString());
      if (found === null) return Promise.resolve('it is nothing that was kept');
      const value = { version: Number(found[1]), day: Number(found[2]) };
      return Promise.resolve({ order: orderOf(value.version), value });
    },
    isLater: (one, other) => one.day > other.day,
    refuse: (path, why) => refused.push(`${path}: ${why}`),
  };
  return {
    keep: async (version, day = 0) => {
      const bytes = Buffer.from(`${version}:${day}`);
      expect(await keepNewest(data, states, { order: orderOf(version), bytes })).toBe('written');
    },
    newest: async () => {
      const state = await readNewest(data, states);
      return state && `${state.value.version}:${state.value.day}`;
    },
    names: () => readdirSync(dir.join('own', 'trust')),
    plant: (name, text, place = 'own') => {
      mkdirSync(dir.join(place, 'trust'), { recursive: true, mode: 0o700 });
      writeFileSync(dir.join(place, 'trust', name), text);
    },
    refused,
  };
}

const nameOf = (version: number): string => `${KEY}-${orderOf(version)}`;

describe('the newest state', () => {
  it('is none where nothing was kept', async () => {
    expect(await (await shelf()).newest()).toBeUndefined();
  });

  it('replaces older ones, and is not replaced by one', async () => {
    const { keep, newest, names } = await shelf();
    for (const version of [9, 10, 2]) await keep(version);
    expect([await newest(), names()]).toEqual(['10:0', [nameOf(10)]]);
    await keep(10, 5);
    expect(await newest()).toBe('10:5');
  });

  it('is the newest of all that are kept at once, in whatever order', async () => {
    const { keep, newest, names, refused } = await shelf();
    const versions = Array.from({ length: 50 }, (_, index) => ((index * 37) % 50) + 1);
    await Promise.all(versions.map(async (version) => keep(version)));
    expect(await newest()).toBe('50:0');
    await keep(50);
    expect([names(), refused]).toEqual([[nameOf(50)], []]);
  });

  it.each([
    ['something else', 'nothing', /it is nothing that was kept$/],
    ['an older state by a newer name', '3:0', /it is not what its name says$/],
  ])('is not %s, which is passed over and goes with the next', async (_, text, why) => {
    const { keep, newest, names, plant, refused } = await shelf();
    await keep(7);
    plant(nameOf(99), text);
    expect([await newest(), refused]).toEqual(['7:0', [expect.stringMatching(why)]]);
    await keep(8);
    expect([await newest(), names(), refused.length]).toEqual(['8:0', [nameOf(8)], 1]);
  });

  it('is that of the whole machine where that is newer, and of equal ones the later', async () => {
    const { keep, newest, plant } = await shelf();
    plant(nameOf(8), '8:1', 'system');
    await keep(7, 9);
    expect(await newest()).toBe('8:1');
    await keep(8, 0);
    expect(await newest()).toBe('8:1');
    await keep(8, 2);
    expect(await newest()).toBe('8:2');
    await keep(9);
    expect(await newest()).toBe('9:0');
  });

  it('leaves what is kept of something else', async () => {
    const { keep, names, plant } = await shelf();
    const others = [`${'b'.repeat(64)}-${orderOf(1)}`, KEY, `${KEY}0-${orderOf(1)}`];
    for (const name of others) plant(name, '1:0');
    await keep(2);
    expect(names().toSorted()).toEqual([...others, nameOf(2)].toSorted());
  });
});
