/** The `completion` command. */
import { RequestError } from '../errors.ts';
import { excerpt } from '../text/excerpt.ts';
import { nearest } from '../text/nearest.ts';
import type { Answer } from './console.ts';
import type { JsonAnswer } from './output-json.ts';
import { completionScript, LOADING } from './completion-scripts.ts';
import type { ParsedLine } from './parsed-line.ts';
import { SHELLS } from './shells.ts';

/** Prints the script; on a terminal, also says how to load it. */
export function completion({ operands }: ParsedLine): Promise<Answer> {
  const [word] = operands;
  const shell = SHELLS.find((name) => name === word);
  if (shell === undefined) {
    throw new RequestError('usage', 'completion takes the name of a shell', {
      wanted: SHELLS.join(', '),
      found: word === undefined ? 'nothing' : excerpt(word),
      next: `k8s-verify completion ${nearest(word ?? '', SHELLS) ?? 'bash'}`,
    });
  }
  const script = completionScript(shell);
  const [now, always] = LOADING[shell];
  return Promise.resolve({
    text: script,
    ...(process.stdout.isTTY ? { below: `now:    ${now}\nalways: ${always}\n` } : {}),
    json: {
      schemaVersion: 1,
      command: 'completion',
      ok: true,
      exitCode: 0,
      text: script,
    } satisfies JsonAnswer & {
      readonly text: string;
    },
  });
}
