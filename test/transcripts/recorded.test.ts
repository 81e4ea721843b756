/** What holds for every answer in `screens/`, which screens.test.ts writes and compares. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ANSWERS, FAILURES, FOR_PROGRAMS } from './scenes.ts';

const SCENES = [...ANSWERS, ...FAILURES];
const COLUMNS = 80;
/** A path after its label is one word, and is not broken. */
const LONG_PATH = /^ {2}[a-z ]{13} {2}\/\S{60,}$/;
const directory = new URL('screens/', import.meta.url);

function recorded(file: string): readonly string[] {
  return readFileSync(new URL(file, directory), 'utf8').trimEnd().split('\n');
}

/** The lines of an answer, without what was typed and the exit code. */
function screenOf(name: string): readonly string[] {
  return recorded(`${name}.tty.txt`).slice(1, -1);
}

function wordsOf(lines: readonly string[]): string {
  return lines
    .join(' ')
    .replaceAll(/(?<=v\d\S*) linux\/amd64/g, '')
    .split(/\s+/)
    .join(' ');
}

/** Each of two screens numbers the digests in its own order. */
function parsed(json: string): unknown {
  return JSON.parse(json.replaceAll(/\d{64}/g, 'digest'));
}

describe('the recorded answers', () => {
  it('are those of the scenes, and of nothing else', () => {
    const files = [...SCENES, ...FOR_PROGRAMS].flatMap(({ name }) => [`${name}.pipe.txt`, `${name}.tty.txt`]);
    expect(readdirSync(directory).sort()).toEqual(files.sort());
  });

  it('have twenty failures or more, with fifteen exit codes or more', () => {
    const codes = FAILURES.map(({ name }) => recorded(`${name}.pipe.txt`).at(-1));
    expect(FAILURES.length).toBeGreaterThanOrEqual(20);
    expect(new Set(codes).size).toBeGreaterThanOrEqual(15);
    expect(codes).not.toContain('-- exit code 0');
  });

  it.each(SCENES.map(({ name }) => name))('of %s fit a terminal of 80 columns', (name) => {
    const wide = screenOf(name).filter(
      (line) => Array.from(line).length > COLUMNS && /\S\s+\S/.test(line) && !LONG_PATH.test(line),
    );
    expect(wide).toEqual([]);
  });

  it.each(FOR_PROGRAMS.filter(({ name }) => name.startsWith('json-')).map(({ name }) => name))(
    'of %s are one line in a pipe, and the same object over several lines on a terminal',
    (name) => {
      const pipe = recorded(`${name}.pipe.txt`);
      const [line = '', ...others] = pipe.slice(pipe.indexOf('-- stdout') + 1, pipe.indexOf('-- stderr'));
      const screen = screenOf(name);
      const shown = screen.slice(screen.indexOf('{'));
      expect(others).toEqual([]);
      expect(shown.slice(0, 2)).toEqual(['{', '  "schemaVersion": 1,']);
      expect(parsed(shown.join('\n'))).toEqual(parsed(line));
    },
  );

  it.each(FAILURES.map(({ name }) => name))(
    'of %s have the same words on a terminal and in a pipe',
    (name) => {
      const pipe = recorded(`${name}.pipe.txt`);
      const end = pipe.indexOf('-- stderr');
      const said = pipe.slice(end + 1, -1);
      // A program that reads what verify and release print gets the verdict there, and nothing else.
      const verdict =
        /^(?:(?:refused|unsigned|not-allowed|not-judged|other-builder|unreadable)\t\/|(?:inconsistent|missing)\t)\S+(?:\t\S*){4}$/;
      expect(pipe.slice(1, end).filter((line) => !verdict.test(line))).toEqual(['-- stdout']);
      expect(wordsOf(screenOf(name))).toBe(wordsOf(said));
    },
  );
});
