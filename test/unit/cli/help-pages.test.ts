import { describe, expect, it } from 'vitest';
import { EXIT_CODE_PAGES } from '../../../src/text/exit-code-pages.ts';
import { helpFor, overview, questionPage } from '../../../src/cli/help.ts';
import { factsOf, pageWidth } from '../../../src/cli/help-page.ts';
import { TOPICS } from '../../../src/cli/help-topics.ts';
import { createProgram } from '../../../src/cli/program.ts';
import { RequestError } from '../../../src/errors.ts';
import { EXIT_CODE_MEANINGS } from '../../../src/exit-codes.ts';

const program = createProgram();
const names = program.strictCommands.map((command) => command.name());
const codes = Object.keys(EXIT_CODE_MEANINGS);

/** Every page but those of `--help-all`. */
const PAGES: readonly (readonly [string, (width: number) => string])[] = [
  ['', overview],
  ...[...names, ...TOPICS, ...codes].map((word) => [word, (width: number) => helpFor(word, width)] as const),
];

function whole(name: string, width = 80): string {
  const page = program.strictCommands.find((command) => command.name() === name);
  if (page === undefined) throw new TypeError(name);
  return questionPage({ kind: 'help', page, all: true }, width);
}

function squeezed(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

/** In any order: what stands in two columns may stand in one. */
function wordsOf(text: string): readonly string[] {
  return squeezed(text).split(' ').sort();
}

describe.each(PAGES)('help %s', (_, page) => {
  it('has at most 40 lines of at most 80 columns', () => {
    const lines = page(80).trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(40);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it('says the same at every width', () => {
    for (const width of [40, 59, 60, 71, 100]) {
      expect(wordsOf(page(width))).toEqual(wordsOf(page(80)));
    }
  });

  it('never tells how to check less', () => {
    expect(page(80)).not.toMatch(/insecure|disable|no-verify|ignore/i);
  });
});

describe('the width of a page', () => {
  it.each([
    [undefined, 80],
    [0, 80],
    [1, 40],
    [39, 40],
    [72, 72],
    [500, 100],
  ])('with %j columns is %i', (columns, width) => {
    expect(pageWidth(columns)).toBe(width);
  });
});

describe('the page of a command', () => {
  it.each(names)('%s has examples before options', (name) => {
    const page = helpFor(name, 80);
    const order = ['USAGE', 'EXAMPLES', 'OPTIONS'].map((heading) => page.indexOf(`\n${heading}\n`));
    expect(order.every((at) => at > 0)).toBe(true);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  it.each(names)('--help-all of %s has every option of it, and none of another', (name) => {
    const shown = whole(name)
      .split('\n')
      .flatMap((line) => /^ {2}(?:-\w, )?(?<long>--[\w-]+)/.exec(line)?.groups?.['long'] ?? []);
    const command = program.strictCommands.find((one) => one.name() === name);
    expect(new Set(shown)).toEqual(
      new Set(['--help', ...(command?.everyOption.map(({ long }) => long) ?? [])]),
    );
  });

  it.each(names)('--help-all of %s has the exit codes that it can end with', (name) => {
    const command = program.strictCommands.find((one) => one.name() === name) ?? program;
    const { success, failures } = factsOf(command);
    const table = squeezed(whole(name).slice(whole(name).indexOf('\nEXIT CODES\n')));
    expect(table).toContain(`0 ${success}`);
    for (const code of failures) expect(table).toContain(`${code} ${EXIT_CODE_MEANINGS[code]}`);
  });

  it('tells the defaults that a command has for itself', () => {
    expect(squeezed(whole('doctor'))).toMatch(/--retries N [^[]*default 0 /);
    expect(squeezed(whole('install'))).toMatch(/--retries N [^[]*default 5 /);
    expect(squeezed(whole('verify'))).toContain('-o, --output DIR with --extract, the directory');
  });
});

describe('help on an exit code', () => {
  it('is there for each, with its number and the next step', () => {
    for (const [code, { steps }] of Object.entries(EXIT_CODE_PAGES)) {
      expect(helpFor(code, 80)).toContain(`Exit code ${code}: `);
      expect([code, steps.length > 0]).toEqual([code, code !== '0']);
    }
  });

  it('says "do not use" for 10 to 19, and for no other', () => {
    for (const code of codes) {
      const isAboutTheFile = Number(code) >= 10 && Number(code) <= 19;
      expect([code, /do not use/i.test(squeezed(helpFor(code, 80)))]).toEqual([code, isAboutTheFile]);
    }
  });
});

it.each([
  ['verfy', 'k8s-verify help verify'],
  ['enviroment', 'k8s-verify help environment'],
  ['6', 'k8s-verify help'],
  ['012', 'k8s-verify help'],
  ['__proto__', 'k8s-verify help'],
])('help on %s is refused, with %s', (word, advice) => {
  const read = (): string => helpFor(word, 80);
  expect(read).toThrow(RequestError);
  expect(read).toThrow(expect.objectContaining({ next: advice }));
});
