/** The records of a release, held against what is proved, and what others recorded of it. */
import { counted } from '../text/counted.ts';
import { section } from './frame.ts';
import { type Html, html } from './html.ts';
import { foreign, markOf, nextSteps, type Tone, verdictChip } from './parts.ts';
import type { ReleaseReport, ReportedComparison, ReportedDifference } from './report-data.ts';

const OUTCOMES: Readonly<Record<string, readonly [words: string, tone: Tone]>> = {
  agrees: ['agrees', 'good'],
  differs: ['differs', 'look'],
  incomplete: ['lacks files', 'look'],
  'not-published': ['not published', 'none'],
  'not-fetched': ['could not be fetched', 'none'],
  'not-readable': ['cannot be read', 'look'],
  'not-comparable': ['not compared', 'none'],
};

function outcomeOf(outcome: string): readonly [words: string, tone: Tone] {
  return OUTCOMES[outcome] ?? [outcome, 'look'];
}

/** So many names of one kind are told; all of them are in the data. */
const MOST_NAMES = 100;

export function comparedSection({ compared = [] }: ReleaseReport): string {
  if (compared.length === 0) return '';
  const rows = compared.map((one) => {
    const [words, tone] = outcomeOf(one.outcome);
    return html`<tr role="row">
      <th scope="row" role="rowheader"><bdi>${one.source}</bdi></th>
      <td role="cell" data-label="Outcome">${verdictChip(tone, words)}</td>
      <td role="cell" data-label="Files that agree">${one.agrees}</td>
      <td role="cell" data-label="Itself">${one.proved ? 'proved' : 'unsigned'}</td>
      <td role="cell" data-label="Found"><bdi>${one.detail}</bdi>${contentOf(one)}</td>
    </tr>`;
  });
  const content = html`<table role="table" class="files plain">
    <caption>
      What the release says of itself, held against what is proved. A record that is not proved proves
      nothing.
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        <th scope="col" role="columnheader">Record</th>
        <th scope="col" role="columnheader">Outcome</th>
        <th scope="col" role="columnheader">Files that agree</th>
        <th scope="col" role="columnheader">Itself</th>
        <th scope="col" role="columnheader">Found</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
  return section('compared', 'Compared with', content).text;
}

/** What it says otherwise, and what it lacks or has too many; it may be long. */
function contentOf({ differs, notListed, extra }: ReportedComparison): Html | undefined {
  const parts = [
    ...differs.slice(0, MOST_NAMES).map(differenceText),
    ...namesOf('Not listed', notListed),
    ...namesOf('Also listed', extra),
  ];
  if (parts.length === 0) return undefined;
  return html`<details>
    <summary>which</summary>
    <ul class="items inside">
      ${parts.map((part) => html`<li>${part}</li> `)}
    </ul>
  </details>`;
}

function differenceText({ path, algorithm, found, wanted, wantedBy }: ReportedDifference): Html {
  return html`${foreign(path)}: ${algorithm} <code>${found}</code>, and <code>${wanted}</code> by
    <bdi>${wantedBy}</bdi>`;
}

function namesOf(label: string, names: readonly string[]): readonly Html[] {
  if (names.length === 0) return [];
  const told = names
    .slice(0, MOST_NAMES)
    .map((name, index) => html`${index === 0 ? '' : ', '}${foreign(name)}`);
  const rest = names.length - told.length;
  return [html`${label}: ${told}${rest > 0 ? html`, and ${rest} more` : undefined}`];
}

/** Each record that makes the run fail, among what needs a look. */
export function comparisonLooks({ compared = [] }: ReleaseReport): readonly Html[] {
  return compared.flatMap(({ source, error, outcome }) => {
    if (error === undefined) return [];
    const [words] = outcomeOf(outcome);
    return [
      html`<li>
        <p>
          <b class="look">${markOf('look')} ${words}</b> <a href="#compared"><bdi>${source}</bdi></a>
        </p>
        <p><bdi>${error.message}</bdi></p>
        ${nextSteps(error)}
      </li> `,
    ];
  });
}

export function othersSection({ corroborated = [] }: ReleaseReport): string {
  if (corroborated.length === 0) return '';
  const items = corroborated.map(
    ({ file, detail, agrees, notListed, differs, notProved }) =>
      html`<li>
        <p>${foreign(file)}: <bdi>${detail}</bdi></p>
        <p class="quiet">
          ${counted(agrees, 'file')} agree; it says nothing of ${counted(notListed, 'proved file')}
        </p>
        <ul>
          ${[...differs.slice(0, MOST_NAMES).map(differenceText), ...namesOf('Not proved here', notProved)].map((one) => html`<li>${one}</li> `)}
        </ul>
      </li> `,
  );
  const content = html`<ul class="items card">
    ${items}
  </ul>`;
  return section('others', 'What others recorded, which is no proof', content).text;
}
