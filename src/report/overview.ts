/** What stands before the table of every page: the counts, why a run failed as a whole, and what needs a look. */
import { section } from './frame.ts';
import { type Html, html } from './html.ts';
import { definitions, nextSteps, reasonEntries, type Tone } from './parts.ts';
import type { ReportedError } from './report-data.ts';

/** A number with its words; what is always told is told as 0 too. */
export interface Count {
  readonly count: number;
  readonly words: string;
  readonly tone: Tone;
  readonly always?: boolean;
}

/** @param isCalm whether nothing needs a look. */
export function countsLine(counts: readonly Count[], isCalm: boolean): string {
  const items = counts
    .filter(({ count, always }) => count > 0 || always === true)
    .map(
      ({ count, words, tone }) =>
        html`<li><b class="${count === 0 ? 'none' : tone}">${count}</b> ${words}</li> `,
    );
  return html`<ul class="counts" aria-label="How many have which verdict">
      ${items}
    </ul>
    ${isCalm ? html`<p class="lead">Nothing needs a look.</p> ` : undefined}`.text;
}

/** Where the run itself failed. */
export function failureSection(error: ReportedError): string {
  const content = html`<div class="card">
    ${definitions([...reasonEntries(error), ['What to do', html`${nextSteps(error)}`]])}
  </div>`;
  return section('failure', 'Why it failed', content).text;
}

/** What a reader should see first; nothing where there is nothing. */
export function looksSection(items: readonly Html[]): string {
  if (items.length === 0) return '';
  const content = html`<ul class="items card">
    ${items}
  </ul>`;
  return section('look', 'What needs a look', content).text;
}
