/**
 * Holds the recorded answers to the mock-ups of the specification, line by line: what is there is the same but for names, numbers,
 * times and the options that a scene adds, or stands in a table with the reason why it differs.
 */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sharedFile } from '#support/shared';
import { helpFor, overview } from '../../src/cli/help.ts';
import { DIFFERENCES, ELSEWHERE, SCREEN_OF } from './mock-differences.ts';

const specification = sharedFile('docs/ux.md');
const here = new URL('./', import.meta.url);

interface Mock {
  readonly id: string;
  readonly lines: readonly string[];
  /** Of the answer, how many lines the mock-up shows. */
  readonly first: number | undefined;
}

function readMocks(): readonly Mock[] {
  const text = specification === undefined ? '' : readFileSync(specification, 'utf8');
  return Array.from(text.matchAll(/^```\w+ mock=(\S+)\n([\s\S]*?)^```$/gm), ([, id = '', body = '']) => {
    const lines = body.trimEnd().split('\n');
    return {
      id,
      lines: lines.filter((line) => !line.startsWith('$ ') && line !== '--'),
      first: lines[0]?.endsWith('| head -1') === true ? 1 : undefined,
    };
  });
}

function answerOf(id: string): readonly string[] {
  if (id === 'help.tty') return overview(80).split('\n');
  if (id === 'help-install.tty') return helpFor('install', 80).split('\n');
  if (id === 'help-12.tty') return helpFor('12', 80).split('\n');
  const file = SCREEN_OF[id] ?? `screens/${id}.txt`;
  return readFileSync(new URL(file, here), 'utf8')
    .trimEnd()
    .split('\n')
    .filter((line) => !/^(?:\$ |\[exit code|-- )/.test(line));
}

/** What a scene adds to the line that a person types. */
const ADDED =
  / (?:--trusted-root trusted_root\.json|--install-dir bin|--tuf-url \S+|--tuf-root \S+|--platform linux\/amd64|--retries \d+|--retry-delay \S+)/g;

/** Each fact as one line, whatever the width; names, numbers and times as their kinds. */
function facts(lines: readonly string[]): readonly string[] {
  const whole: string[] = [];
  for (const line of lines) {
    // A line to copy stands alone.
    if (/^ {4,}(?!export|k8s-verify|sha256sum)\S/.test(line) && whole.length > 0)
      whole.push(`${whole.pop()} ${line.trim()}`);
    else whole.push(line);
  }
  return whole.map(kindsOf).filter((line) => line !== '');
}

function kindsOf(line: string): string {
  return line
    .replaceAll('\u21e5', '\t')
    .replaceAll(ADDED, '')
    .replaceAll(/[0-9a-f]{16,}(?:\.\.\.)?/g, 'DIGEST')
    .replaceAll(/\bv?\d+\.\d+(?:\.\d+)?(?:-rc\.\d+)?(?![\d.])/g, 'NUMBER')
    .replaceAll(/\d{4}-\d\d-\d\d/g, 'DAY')
    .replaceAll(/\d\d:\d\d(?::\d\d)?/g, 'TIME')
    .replaceAll(/https?:\/\/[^\s)]+/g, 'URL')
    .replaceAll(/(?<![\w.])~?\/[\w./-]+/g, 'PATH')
    .replaceAll(/[\u2588\u2591]+/g, 'BAR')
    .replaceAll(/(?<![\w.-])\d+(?![\w.-])/g, 'NUMBER')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** What one has and the other has not, in their order: `- ` of the mock-up, `+ ` of the answer. */
function differences(mock: readonly string[], answer: readonly string[]): readonly string[] {
  const [first, ...rest] = mock;
  if (first === undefined) return answer.map((line) => `+ ${line}`);
  const at = answer.indexOf(first);
  const without = (): readonly string[] => [`- ${first}`, ...differences(rest, answer)];
  if (at === -1) return without();
  const withIt = [
    ...answer.slice(0, at).map((line) => `+ ${line}`),
    ...differences(rest, answer.slice(at + 1)),
  ];
  if (at === 0) return withIt;
  const left = without();
  return withIt.length <= left.length ? withIt : left;
}

/** `- found`, `+ next see`: enough to tell the lines of one answer apart. */
function shortened(line: string): string {
  return line.split(' ').slice(0, 3).join(' ').slice(0, 40);
}

const MOCKS = readMocks();

describe.skipIf(specification === undefined)('the mock-ups (needs ../shared)', () => {
  it('are each compared, or held elsewhere', () => {
    const ids = MOCKS.map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(40);
    const named = [...Object.keys(DIFFERENCES), ...Object.keys(ELSEWHERE), ...Object.keys(SCREEN_OF)];
    expect(named.filter((id) => !ids.includes(id))).toEqual([]);
    const places = Object.values(ELSEWHERE).map((file) => new URL(`../../${file}`, here));
    expect(places.filter((place) => !existsSync(place))).toEqual([]);
  });

  it.each(MOCKS.filter(({ id }) => !Object.hasOwn(ELSEWHERE, id)))('$id', ({ id, lines, first }) => {
    const answer = facts(answerOf(id));
    const found = differences(facts(lines), first === undefined ? answer : answer.slice(0, first));
    expect(found.map(shortened)).toEqual(DIFFERENCES[id]?.lines ?? []);
  });
});
