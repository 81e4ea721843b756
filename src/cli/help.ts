/** The `help` command, and the pages of `--help`. */
import { RequestError } from '../errors.ts';
import { excerpt } from '../text/excerpt.ts';
import { nearest } from '../text/nearest.ts';
import type { Answer } from './console.ts';
import type { JsonAnswer } from './output-json.ts';
import { commandPage, firstPage, pageWidth, wholePage } from './help-page.ts';
import { exitCodePageOf, type Topic, topicPage, TOPICS } from './help-topics.ts';
import type { ParsedLine, ParsedQuestion } from './parsed-line.ts';
import { createProgram } from './program.ts';

/** `help`, `help COMMAND`, `help TOPIC` or `help N`. */
export function help({ operands }: ParsedLine): Promise<Answer> {
  const [word] = operands;
  const text = word === undefined ? overview(columns()) : helpFor(word, columns());
  return Promise.resolve({
    text,
    json: { schemaVersion: 1, command: 'help', ok: true, exitCode: 0, text } satisfies JsonAnswer & {
      readonly text: string;
    },
  });
}

/** The page that `--help` or `--help-all` on a line asks for. */
export function questionPage({ page, all }: ParsedQuestion, width: number): string {
  if (all) return wholePage(page, width);
  return page.parent === null ? overview(width) : commandPage(page, width);
}

/** @returns the columns of the page */
export function columns(): number {
  return pageWidth(process.stdout.isTTY ? process.stdout.columns : undefined);
}

/** The first page. */
export function overview(width: number): string {
  return firstPage(createProgram(), [...TOPICS, '12'], width);
}

/** @throws RequestError `usage` where there is no such page */
export function helpFor(word: string, width: number): string {
  const program = createProgram();
  const command = program.strictCommands.find((one) => one.name() === word || one.aliases().includes(word));
  if (command !== undefined) return commandPage(command, width);
  const topic: Topic | undefined = TOPICS.find((one) => one === word);
  const page = topic === undefined ? exitCodePageOf(word, width) : topicPage(topic, width);
  if (page !== undefined) return page;
  const names = [...program.strictCommands.map((one) => one.name()), ...TOPICS];
  const near = nearest(word, names);
  throw new RequestError('usage', `there is no help on ${excerpt(word)}`, {
    wanted: `a command, an exit code, or ${TOPICS.join(', ')}`,
    found: excerpt(word),
    next: `k8s-verify help${near === undefined ? '' : ` ${near}`}`,
  });
}
