/**
 * The data directory: what one run keeps for later ones. Other users may be able to write here, so everything kept must
 * prove itself when it is read, or can only make a run refuse something. Nothing here fails a run: what cannot be read or
 * written is a note.
 *
 * The directory has one directory for each kind and one file for each key. A file is written privately and renamed, so
 * that each reader finds all of it or none, with any number of runs at once.
 */
import { join } from 'node:path';
import { isAbsent } from '../disk/disk-error.ts';
import type { HeldDirectory } from '../disk/held-directory.ts';
import { note, type Note, type NoteCode } from '../notes.ts';
import type { DataPlaces } from './data-places.ts';
import { holdKept, holdOrMakeKept, type Modes } from './kept-directory.ts';
import { readEntry, writeEntry } from './kept-file.ts';
import { KEPT_KINDS, type KeptKind } from './kept-kinds.ts';
import type { DataLook } from './look.ts';
import { removeOldest, type Room } from './remove-oldest.ts';
import { NotUsed, tooLarge, whyNot } from './why-not.ts';

/** One entry as it was found. Its reader decides whether it is what it should be. */
export interface KeptEntry {
  readonly bytes: Uint8Array;
  /** Absolute, for messages. */
  readonly path: string;
  /** Who keeps it: this user, or root for the whole machine. */
  readonly place: 'own' | 'system';
}

/** `taken`: there is an entry already; `failed`: a note says why. */
export type Written = 'written' | 'taken' | 'failed';

/**
 * Keeps bytes by kind and key. A key has 1 to 128 characters: lower-case letters, digits, `-`, `_` and `.` (not first).
 * No method throws for anything that the disk or another user does.
 */
export interface DataStore {
  /** Whether anything is kept: false only for a library user who names no directory. */
  readonly keeps: boolean;
  /** What is kept under the key: this user's own first, then the system's. Both may be there, and differ. */
  read(kind: KeptKind, key: string): Promise<readonly KeptEntry[]>;
  /**
   * Keeps the bytes whole or not at all, in place of what was there. Old entries of the kind may go for it.
   *
   * @param options `onlyNew`: leaves what is there; of several runs at once only one writes.
   */
  write(
    kind: KeptKind,
    key: string,
    bytes: Uint8Array,
    options?: { readonly onlyNew?: boolean },
  ): Promise<Written>;
  /** The absolute path of this user's own entry, whether it is there or not; undefined if nothing is kept. */
  pathOf(kind: KeptKind, key: string): Promise<string | undefined>;
  /** The keys of a kind, sorted, of both places. */
  list(kind: KeptKind): Promise<readonly string[]>;
  /**
   * Removes this user's own entry.
   *
   * @returns whether it is gone or was not there; false with a note.
   */
  remove(kind: KeptKind, key: string): Promise<boolean>;
  /** What there is, for people; it leaves nothing behind. */
  look(): Promise<DataLook>;
}

const KEY = /^[a-z0-9_-][a-z0-9._-]{0,127}$/;

/**
 * Opens the data directory. Nothing is read, made or held before it is used, and nothing stays open.
 *
 * @param tell called once of each thing that could not be used or kept.
 */
export function openDataStore(places: DataPlaces, tell: (note: Note) => void): DataStore {
  return new DirectoryStore(places, tell);
}

class DirectoryStore implements DataStore {
  readonly keeps = true;
  readonly #places: DataPlaces;
  readonly #modes: Modes;
  readonly #tellNote: (note: Note) => void;
  readonly #told = new Set<string>();
  /** Until what is oldest is looked for again. */
  readonly #room = new Map<KeptKind, Room>();

  constructor(places: DataPlaces, tell: (note: Note) => void) {
    this.#places = places;
    this.#modes = places.isShared ? { directory: 0o755, file: 0o644 } : { directory: 0o700, file: 0o600 };
    this.#tellNote = tell;
  }

  async read(kind: KeptKind, key: string): Promise<readonly KeptEntry[]> {
    assertKey(key);
    const entries: KeptEntry[] = [];
    await this.#inEach(kind, async (directory, place) => {
      const path = join(directory.path, key);
      try {
        entries.push({ bytes: await readEntry(directory, key, KEPT_KINDS[kind].maxBytes), path, place });
      } catch (error) {
        if (!isAbsent(error)) this.#tell('kept-not-used', `${path} is not used: ${whyNot(error)}`);
      }
    });
    return entries;
  }

  async list(kind: KeptKind): Promise<readonly string[]> {
    const keys = new Set<string>();
    await this.#inEach(kind, async (directory) => {
      for (const name of await directory.names()) if (KEY.test(name)) keys.add(name);
    });
    return [...keys].toSorted();
  }

  async write(
    kind: KeptKind,
    key: string,
    bytes: Uint8Array,
    { onlyNew = false }: { readonly onlyNew?: boolean } = {},
  ): Promise<Written> {
    assertKey(key);
    const { words, maxBytes } = KEPT_KINDS[kind];
    const { own } = this.#places;
    if (bytes.length > maxBytes) {
      this.#tell('not-kept', `${words} could not be kept: ${tooLarge(maxBytes).message}`);
      return 'failed';
    }
    try {
      if (own === undefined) throw new NotUsed('this user has no home directory; choose one with --data-dir');
      await using kept = await holdOrMakeKept(own, kind, this.#modes);
      const written = await writeEntry(kept.directory, key, { bytes, onlyNew, mode: this.#modes.file });
      if (written) await this.#makeRoom(kept.directory, kind, key, bytes.length);
      return written ? 'written' : 'taken';
    } catch (error) {
      // The same for each kind, so that it is told once.
      this.#tell(
        'not-kept',
        `nothing could be kept${own === undefined ? '' : ` in ${own}`}: ${whyNot(error)}`,
      );
      return 'failed';
    }
  }

  async #makeRoom(directory: HeldDirectory, kind: KeptKind, key: string, bytes: number): Promise<void> {
    const before = this.#room.get(kind);
    const left = { entries: (before?.entries ?? 0) - 1, bytes: (before?.bytes ?? 0) - bytes };
    const isEnough = left.entries >= 0 && left.bytes >= 0;
    this.#room.set(kind, isEnough ? left : await removeOldest(directory, KEPT_KINDS[kind], key));
  }

  pathOf(kind: KeptKind, key: string): Promise<string | undefined> {
    assertKey(key);
    const { own } = this.#places;
    return Promise.resolve(own === undefined ? undefined : join(own, kind, key));
  }

  async remove(kind: KeptKind, key: string): Promise<boolean> {
    assertKey(key);
    const { own } = this.#places;
    if (own === undefined) return true;
    try {
      await using kept = await holdKept(own, kind);
      await kept?.directory.unlink(key);
      return true;
    } catch (error) {
      if (isAbsent(error)) return true;
      this.#tell('not-kept', `${join(own, kind, key)} could not be removed: ${whyNot(error)}`);
      return false;
    }
  }

  async look(): Promise<DataLook> {
    const { lookAtData } = await import('./look.ts');
    return lookAtData(this.#places);
  }

  /** Both places in turn, where they have the kind. */
  async #inEach(
    kind: KeptKind,
    use: (directory: HeldDirectory, place: KeptEntry['place']) => Promise<void>,
  ): Promise<void> {
    for (const place of ['own', 'system'] as const) {
      const path = this.#places[place];
      if (path === undefined) continue;
      try {
        await using kept = await holdKept(path, kind);
        if (kept !== undefined) await use(kept.directory, place);
      } catch (error) {
        this.#tell('kept-not-used', `${path} is not used: ${whyNot(error)}`);
      }
    }
  }

  #tell(code: NoteCode, text: string): void {
    if (this.#told.has(text)) return;
    this.#told.add(text);
    this.#tellNote(note(code, text));
  }
}

function assertKey(key: string): void {
  if (!KEY.test(key)) throw new TypeError(`${JSON.stringify(key)} is not a key`);
}
