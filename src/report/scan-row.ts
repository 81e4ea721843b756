/** One program of a scan: as a row of the table, and among what needs a look. */
import { counted } from '../text/counted.ts';
import { type Html, html } from './html.ts';
import { definitions, foreign, markOf, nextSteps, reasonEntries, verdictChip } from './parts.ts';
import { checkTable, proofEntries } from './proof-details.ts';
import type { ScanRow } from './report-data.ts';
import { saidName, whoCanWrite } from './scan-standing.ts';
import { verdictOf } from './verdict-words.ts';

/** What the table of a scan has; whether programs run is known only if it was asked. */
export interface Columns {
  readonly running: boolean;
}

export function tableHead({ running }: Columns): Html {
  const names = ['File', 'What it is', 'Verdict', ...(running ? ['Runs'] : []), 'Owner, mode'];
  return html`<thead role="rowgroup">
    <tr role="row">
      ${names.map((name) => html`<th scope="col" role="columnheader">${name}</th>`)}
    </tr>
  </thead>`;
}

/**
 * Rows say their roles: on a narrow screen they are laid out as blocks, and some readers take them for no table then.
 *
 * @param number counts from 1.
 */
export function tableRow(row: ScanRow, number: number, columns: Columns): Html {
  const { words, tone } = verdictOf(row);
  const runs = columns.running ? html`<td role="cell" data-label="Runs">${runsText(row)}</td>` : undefined;
  const width = columns.running ? 5 : 4;
  return html`<tbody
    role="rowgroup"
    class="row"
    id="file-${number}"
    data-verdict="${row.verdict}"
    data-kind="${row.component ?? ''}"
  >
    <tr role="row">
      <th scope="row" role="rowheader">${foreign(row.path)}</th>
      <td role="cell" data-label="What it is">${whatItIs(row)}</td>
      <td role="cell" data-label="Verdict">${verdictChip(tone, words)}${allowedText(row)}</td>
      ${runs}
      <td role="cell" data-label="Owner, mode">${standing(row)}</td>
    </tr>
    <tr class="more" role="row">
      <td role="cell" colspan="${width}">${details(row)}</td>
    </tr>
  </tbody> `;
}

function details(row: ScanRow): Html {
  const { error } = row;
  const steps = nextSteps(error);
  const entries = [
    ...reasonEntries(error),
    ['What to do', steps.length === 0 ? undefined : html`${steps}`] as const,
    ...proofEntries(row),
    ['Processes', row.pids === undefined ? undefined : html`${row.pids.join(', ')}`] as const,
  ];
  return html`<details>
    <summary>${summaryOf(row)}</summary>
    <div class="inside">${definitions(entries)}${checkTable(row)}</div>
  </details>`;
}

/** What a reader sees before it is opened. */
function summaryOf({ proved, sha256, checks, error }: ScanRow): string {
  const digest = sha256 === undefined ? '' : `sha256 ${sha256.slice(0, 12)}\u2026, `;
  if (!proved)
    return `${digest}why, and what to do${error === undefined ? '' : ` (exit code ${error.exitCode})`}`;
  const passed = Object.values(checks ?? {}).filter(({ outcome }) => outcome === 'passed').length;
  return `${digest}${counted(passed, 'check')} passed`;
}

/** What it says of itself proves nothing. */
function whatItIs(row: ScanRow): Html {
  const name = saidName(row);
  if (name === undefined) return html`<span class="quiet">does not say</span>`;
  return row.proved ? html`${name}` : html`<span class="quiet">says</span> <bdi>${name}</bdi>`;
}

function runsText({ pids = [], deleted }: ScanRow): Html {
  if (pids.length === 0) return html`no`;
  const many = pids.length === 1 ? '' : ` (${pids.length} processes)`;
  return deleted === true ? html`<span class="look">yes${many}, its file is gone</span>` : html`yes${many}`;
}

function standing(row: ScanRow): Html {
  const { owner, mode } = row;
  if (owner === undefined || mode === undefined) return html`<span class="quiet">not known</span>`;
  const name = owner.user === 0 ? 'root' : `user ${owner.user}`;
  const who = whoCanWrite(row);
  return html`${name},
    <span class="mono">${mode}</span
    >${who === undefined ? undefined : html`<br /><span class="look">${who} can change it</span>`}`;
}

function allowedText({ allowed }: ScanRow): Html | undefined {
  if (allowed === undefined) return undefined;
  const option = allowed.by === 'vendor' ? '--allow-vendor' : '--allow-digest';
  return html`<br /><span class="quiet">let pass by ${option}: <bdi>${allowed.reason}</bdi></span>`;
}

/** An item of what needs a look: what it is, why, and the command that replaces it. */
export function lookItem(row: ScanRow, number: number): Html {
  const { words, tone } = row.proved ? { words: remark(row), tone: 'look' as const } : verdictOf(row);
  const link = html`<a href="#file-${number}">${foreign(row.path)}</a>`;
  const reason = row.error === undefined ? undefined : html`<p><bdi>${row.error.message}</bdi></p>`;
  return html`<li>
    <p><b class="${tone}">${markOf(tone)} ${words}</b> ${link}${allowedText(row)}</p>
    ${reason}${nextSteps(row.error)}
  </li> `;
}

function remark(row: ScanRow): string {
  const parts = [
    ...(row.deleted === true ? ['runs, and its file is gone'] : []),
    ...(whoCanWrite(row) === 'everybody' ? ['everybody can change it'] : []),
  ];
  return `genuine, but ${parts.join(', and ')}:`;
}
