/** The filter above the table; the script shows it, so that it is not there where it would do nothing. */
import { type Html, html } from './html.ts';

export interface FilterChoices {
  readonly kinds: readonly string[];
  /** Each with its words. */
  readonly verdicts: readonly (readonly [verdict: string, words: string])[];
}

/** @param label of the kinds. */
export function filterControls(label: string, { kinds, verdicts }: FilterChoices): Html {
  return html`<div class="filter" id="filter" role="search" aria-label="Filter the files" hidden>
    <label>Filter<input type="search" id="filter-text" autocomplete="off" /></label>
    <label
      >${label}<select id="filter-kind">
        <option value="">all</option>
        ${kinds.map((kind) => option(kind, kind))}
      </select></label
    >
    <label
      >Verdict<select id="filter-verdict">
        <option value="">all</option>
        ${verdicts.map(([verdict, words]) => option(verdict, words))}
      </select></label
    >
    <output id="filter-shown" aria-live="polite"></output>
  </div> `;
}

function option(value: string, words: string): Html {
  return html`<option value="${value}">${words}</option>`;
}
