/** What to do about several files with one command, such as the whole run again: a page tells it once, and not for each. */
import { counted } from '../text/counted.ts';
import { type Html, html } from './html.ts';
import { nextSteps } from './parts.ts';
import type { ReportedError } from './report-data.ts';

type Step = ReportedError['next'][number];
interface Failed {
  readonly error?: ReportedError;
}

/** Most commands name their file, and the rows of a scan have no end. One that is common comes early. */
const MOST_COMMANDS = 1000;

export class SharedSteps {
  readonly #counts = new Map<string, { readonly step: Step; count: number }>();

  add({ error }: Failed): void {
    for (const step of error?.next ?? []) {
      if (step.command === undefined) continue;
      const known = this.#counts.get(keyOf(step));
      if (known !== undefined) known.count += 1;
      else if (this.#counts.size < MOST_COMMANDS) this.#counts.set(keyOf(step), { step, count: 1 });
    }
  }

  /** The same file with what to do about it alone; `instead` stands for what it shares with others. */
  own<Row extends Failed>(row: Row, instead: readonly Step[] = []): Row {
    const { error } = row;
    const next = error?.next.filter((step) => !this.#isShared(step)) ?? [];
    if (error === undefined || next.length === error.next.length) return row;
    return { ...row, error: { ...error, next: [...next, ...instead] } };
  }

  /** An item for those that as many files share. */
  get items(): readonly Html[] {
    const shared = [...this.#counts.values()].filter(({ count }) => count > 1);
    return Array.from(
      Map.groupBy(shared, ({ count }) => count),
      ([count, steps]) =>
        html`<li>
          <p><b>Once, for ${counted(count, 'file')}</b></p>
          ${nextSteps({ next: steps.map(({ step }) => onItsOwn(step)) })}
        </li> `,
    );
  }

  #isShared(step: Step): boolean {
    return (this.#counts.get(keyOf(step))?.count ?? 0) > 1;
  }
}

function keyOf({ text, command }: Step): string {
  return JSON.stringify([text, command]);
}

/** It no longer follows what is to be done about one file. */
function onItsOwn(step: Step): Step {
  return step.text === 'then' ? { ...step, text: 'run it again' } : step;
}

/** In the row of a file that shares what to do with others. */
export const SEE_ABOVE: Step = { text: 'see what to do once for several files, under "What needs a look"' };
