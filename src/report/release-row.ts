/** One file of a release: as a row of the table, and among what needs a look. */
import { counted } from '../text/counted.ts';
import { type Html, html } from './html.ts';
import {
  definitions,
  foreign,
  logEntry,
  markOf,
  moment,
  nextSteps,
  reasonEntries,
  verdictChip,
} from './parts.ts';
import { checkTable, proofEntries } from './proof-details.ts';
import type { ReleaseRow } from './report-data.ts';
import { verdictOf } from './verdict-words.ts';

/** In a cell that has nothing to say. */
const NONE = String.fromCodePoint(0x2013);

const COLUMNS = ['Name', 'Platform', 'Verdict', 'SHA-256', 'Signed', 'Log entry'] as const;

export function tableHead(): Html {
  return html`<thead role="rowgroup">
    <tr role="row">
      ${COLUMNS.map((name) => html`<th scope="col" role="columnheader">${name}</th>`)}
    </tr>
  </thead>`;
}

/** @param number counts from 1. */
export function tableRow(row: ReleaseRow, number: number): Html {
  const { words, tone } = verdictOf(row);
  const { platform, sha256, signedAt, logEntries = [] } = row;
  const [entry] = logEntries;
  return html`<tbody
    class="row"
    role="rowgroup"
    id="file-${number}"
    data-verdict="${row.verdict}"
    data-kind="${row.kind}"
  >
    <tr role="row">
      <th scope="row" role="rowheader"><bdi>${row.component}</bdi></th>
      <td role="cell" data-label="Platform">${platform ?? 'all'}</td>
      <td role="cell" data-label="Verdict">${verdictChip(tone, words)}</td>
      <td role="cell" data-label="SHA-256">
        <code>${sha256 === undefined ? NONE : `${sha256.slice(0, 12)}\u2026`}</code>
      </td>
      <td role="cell" data-label="Signed">${signedAt === undefined ? NONE : moment(signedAt)}</td>
      <td role="cell" data-label="Log entry">${entry === undefined ? NONE : logEntry(entry)}</td>
    </tr>
    <tr class="more" role="row">
      <td role="cell" colspan="${COLUMNS.length}">${details(row)}</td>
    </tr>
  </tbody> `;
}

function details(row: ReleaseRow): Html {
  const { error, sha512, bytes } = row;
  const steps = nextSteps(error);
  const entries = [
    ...reasonEntries(error),
    ['What to do', steps.length === 0 ? undefined : html`${steps}`] as const,
    ...proofEntries(row),
    ['SHA-512', sha512 === undefined ? undefined : html`<code>${sha512}</code>`] as const,
    ['Size', bytes === undefined ? undefined : html`${counted(bytes, 'byte')}`] as const,
    ['Path', foreign(row.path)] as const,
    ['URL', foreign(row.url)] as const,
  ];
  return html`<details>
    <summary>${summaryOf(row)}</summary>
    <div class="inside">${definitions(entries)}${checkTable(row)}</div>
  </details>`;
}

/** What a reader sees before it is opened. */
function summaryOf({ path, checks, error }: ReleaseRow): Html {
  if (error !== undefined) return html`<bdi>${path}</bdi>: why, and what to do (exit code ${error.exitCode})`;
  const passed = Object.values(checks ?? {}).filter(({ outcome }) => outcome === 'passed').length;
  return html`<bdi>${path}</bdi>, ${counted(passed, 'check')} passed`;
}

/** An item of what needs a look. */
export function lookItem(row: ReleaseRow, number: number): Html {
  const { words, tone } = verdictOf(row);
  const reason = row.error === undefined ? undefined : html`<p><bdi>${row.error.message}</bdi></p>`;
  return html`<li>
    <p><b class="${tone}">${markOf(tone)} ${words}</b> <a href="#file-${number}">${foreign(row.path)}</a></p>
    ${reason}${nextSteps(row.error)}
  </li> `;
}
