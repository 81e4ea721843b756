/** The page of a scan. */
import { counted } from '../text/counted.ts';
import { embeddedReport } from './embedded.ts';
import { closing, type Headline, meaningOf, notesSection, opening, section, toneOf } from './frame.ts';
import { filterControls, type FilterChoices } from './filter-controls.ts';
import { html, type Html } from './html.ts';
import { type Count, countsLine, failureSection, looksSection } from './overview.ts';
import { definitions, foreign } from './parts.ts';
import type { ScanReport, ScanRow } from './report-data.ts';
import { type Columns, lookItem, tableHead, tableRow } from './scan-row.ts';
import { SEE_ABOVE } from './shared-steps.ts';
import { ScanSurvey } from './scan-survey.ts';

/**
 * The page of a scan, in pieces, so that it never is in memory as a whole.
 *
 * @param report the object that `--json` prints; its results are taken from `rows`.
 * @param rows each of its results, as JSON; called more than once.
 */
export async function* scanPage(
  report: ScanReport,
  rows: () => AsyncIterable<string>,
): AsyncGenerator<string, void, void> {
  const survey = new ScanSurvey();
  for await (const row of rows()) survey.add(JSON.parse(row));
  yield opening(report, headlineOf(report));
  if (report.summary !== undefined)
    yield countsLine(countsOf(report), survey.found > 0 && survey.looks.length === 0);
  yield wholeFailure(report, survey);
  yield looksSection(looksOf(survey));
  yield machineSection(report);
  yield survey.signers.section();
  yield* filesSection(report, survey, rows);
  yield notesSection(report);
  const end = { run: report, dataName: 'k8s-verify-scan.json', meanings: MEANINGS };
  yield* closing(end, embeddedReport(report, rows));
}

function headlineOf({ summary, machine, exitCode }: ScanReport): Headline {
  const meaning = meaningOf(exitCode);
  const name = machine?.host ?? machine?.root ?? 'this machine';
  if (summary === undefined || machine === undefined) {
    const heading = 'The scan failed, and nothing was judged';
    return { tone: 'bad', heading, title: `Failed: scan, exit code ${exitCode}`, verb: 'Begun', meaning };
  }
  const { found, genuine } = summary;
  const verdict = found === 0 ? 'no Kubernetes program found' : `${genuine} of ${found} genuine`;
  return {
    tone: toneOf(exitCode),
    heading: `${name}: ${verdict}`,
    title: `${verdict}: ${name}`,
    verb: 'Judged',
    meaning,
  };
}

/** Genuine and refused always, the others where there are some. */
function countsOf({ summary }: ScanReport): readonly Count[] {
  if (summary === undefined) return [];
  return [
    { count: summary.genuine, words: 'genuine', tone: 'good', always: true },
    { count: summary.refused, words: 'refused', tone: 'bad', always: true },
    { count: summary.unsigned, words: 'not signed', tone: 'bad' },
    { count: summary.notAllowed, words: 'not allowed by the policy', tone: 'look' },
    { count: summary.otherBuilder, words: 'by another builder', tone: 'look' },
    { count: summary.notJudged, words: 'not judged', tone: 'none' },
    { count: summary.unreadable, words: 'cannot be read', tone: 'none' },
    { count: summary.allowed, words: 'let pass, not proved', tone: 'none' },
  ];
}

/** Where the run itself failed, before or besides the files. */
function wholeFailure({ error, summary }: ScanReport, { found }: ScanSurvey): string {
  return error === undefined || (summary !== undefined && found > 0) ? '' : failureSection(error);
}

function looksOf({ looks, moreLooks, steps }: ScanSurvey): readonly Html[] {
  const items = [...steps.items, ...looks.map(({ row, number }) => lookItem(steps.own(row), number))];
  if (moreLooks === 0) return items;
  return [...items, html`<li><p>${counted(moreLooks, 'more file')}: see the table below.</p></li> `];
}

function listed(items: readonly Html[]): Html {
  return html`<ul>
    ${items.map((item) => html`<li>${item}</li>`)}
  </ul>`;
}

function machineSection({ machine }: ScanReport): string {
  if (machine === undefined) return '';
  const { host, system, root, places, processes, unread } = machine;
  const told = unread.first.map(({ path, reason }) => html`${foreign(path)}: ${reason}`);
  const rest = unread.count - unread.first.length;
  const entries = [
    ['Host', host === undefined ? html`it does not say its name` : html`<bdi>${host}</bdi>`],
    ['System', system === undefined ? undefined : html`<bdi>${system}</bdi>`],
    ['Root', root === undefined ? undefined : foreign(root)],
    ['Looked at', places.length === 0 ? html`nothing was there` : listed(places.map(foreign))],
    [
      'What runs',
      processes === undefined
        ? html`not looked at (--processes)`
        : html`${counted(processes.programs, 'program')};
          ${processes.unread === 0 ? 'all processes could be read' : `${counted(processes.unread, 'process', 'processes')} could not be read`}`,
    ],
    [
      'Not readable',
      unread.count === 0
        ? html`nothing`
        : html`${listed(told)}${rest === 0 ? undefined : html`and ${rest} more`}`,
    ],
  ] as const;
  return section('machine', 'The machine', html`<div class="card">${definitions(entries)}</div>`).text;
}

async function* filesSection(
  { summary, machine }: ScanReport,
  { found, kinds, verdicts, steps }: ScanSurvey,
  rows: () => AsyncIterable<string>,
): AsyncGenerator<string, void, void> {
  if (found === 0) {
    if (summary !== undefined)
      yield section('files', 'Files', html`<p>No Kubernetes program was found.</p>`).text;
    return;
  }
  const columns: Columns = { running: machine?.processes !== undefined };
  const choices: FilterChoices = { kinds, verdicts };
  yield html`<section id="files" aria-labelledby="files-title">
    <h2 id="files-title">Files</h2>
    ${filterControls('Component', choices)}
    <table role="table" class="files">
      <caption>
        ${counted(found, 'Kubernetes program')}, in the order in which they were found. Each opens to its
        digest and every check.
      </caption>
      ${tableHead(columns)}
   `.text;
  let number = 0;
  for await (const json of rows()) {
    number += 1;
    const row: ScanRow = JSON.parse(json);
    yield tableRow(steps.own(row, [SEE_ABOVE]), number, columns).text;
  }
  yield '</table>\n</section>\n';
}

const MEANINGS: readonly Html[] = [
  html`<p>
    <b>Genuine</b> means that the signer of the Kubernetes releases signed exactly these bytes, that the
    public log has that signing, and that every check of the proof passed. It does not mean that the file is
    free of faults, that it is the newest, or that it may run here.
  </p>`,
  html`<p>
    <b>Not judged</b> is no verdict: nothing was found that shows who signed the file.
    <b>Another builder's</b> says only that its version has such a mark, which anyone can write. A
    <b>refused</b> file may have been changed, or built by a distribution under the same version: the two look
    the same.
  </p>`,
  html`<p>
    Host, system and what a file that is not proved says of itself are what the machine says; nothing proves
    them. A scan sees what is there while it runs.
  </p>`,
];
