/** The page of the audit of a release. */
import { counted } from '../text/counted.ts';
import { comparedSection, comparisonLooks, othersSection } from './compared.ts';
import { embeddedReport } from './embedded.ts';
import { filterControls } from './filter-controls.ts';
import { closing, type Headline, meaningOf, notesSection, opening, section, toneOf } from './frame.ts';
import { type Html, html } from './html.ts';
import { type Count, countsLine, failureSection, looksSection } from './overview.ts';
import { foreign } from './parts.ts';
import { lookItem, tableHead, tableRow } from './release-row.ts';
import type { ReleaseReport, ReleaseRow } from './report-data.ts';
import { SEE_ABOVE, SharedSteps } from './shared-steps.ts';
import { pictureOf, SignerTally } from './signers.ts';
import { verdictOf } from './verdict-words.ts';

/**
 * The page of a release, in pieces.
 *
 * @param report the object that `--json` prints; its results are taken from `rows`.
 * @param rows each of its results, as JSON; called more than once. There are as many as the release has files.
 */
export async function* releasePage(
  report: ReleaseReport,
  rows: () => AsyncIterable<string>,
): AsyncGenerator<string, void, void> {
  const files: ReleaseRow[] = [];
  for await (const row of rows()) files.push(JSON.parse(row));
  const steps = new SharedSteps();
  for (const row of files) steps.add(row);
  const looks = looksOf(report, files, steps);
  yield opening(report, headlineOf(report));
  if (report.summary !== undefined) yield countsLine(countsOf(report.summary), looks.length === 0);
  else if (report.error !== undefined) yield failureSection(report.error);
  yield looksSection(looks);
  yield signersSection(files);
  yield filesSection(report, files, steps);
  yield comparedSection(report);
  yield othersSection(report);
  yield moreSection(report);
  yield notesSection(report);
  const end = { run: report, dataName: 'k8s-verify-release.json', meanings: MEANINGS };
  yield* closing(end, embeddedReport(report, rows));
}

function headlineOf({ release, summary, exitCode }: ReleaseReport): Headline {
  const meaning = meaningOf(exitCode);
  if (summary === undefined || release === undefined) {
    const heading = 'The audit failed, and nothing was judged';
    return { tone: 'bad', heading, title: `Failed: release, exit code ${exitCode}`, verb: 'Begun', meaning };
  }
  const { found, genuine } = summary;
  const isAll = found === genuine && found > 0;
  const one = found === 1 ? 'the one signed file is' : `all ${found} signed files are`;
  const [all, verdict] = isAll
    ? [`${one} genuine`, found === 1 ? 'Genuine' : `All ${found} signed files genuine`]
    : [`${genuine} of ${found} signed files are genuine`, `${genuine} of ${found} signed files genuine`];
  return {
    tone: toneOf(exitCode),
    heading: `Kubernetes ${release}: ${all}`,
    title: `${verdict}: Kubernetes ${release}`,
    verb: 'Proved',
    meaning,
  };
}

function countsOf(summary: NonNullable<ReleaseReport['summary']>): readonly Count[] {
  return [
    { count: summary.genuine, words: 'genuine', tone: 'good', always: true },
    { count: summary.refused, words: 'refused', tone: 'bad', always: true },
    { count: summary.unsigned, words: 'not signed', tone: 'bad' },
    { count: summary.inconsistent, words: 'inconsistent', tone: 'look' },
    { count: summary.missing, words: 'missing', tone: 'look' },
    { count: summary.notAllowed, words: 'not allowed by the policy', tone: 'look' },
    { count: summary.notJudged, words: 'not judged', tone: 'none', always: true },
    { count: summary.unsignedByDesign, words: 'unsigned by design', tone: 'none' },
  ];
}

/** What is refused comes first. */
function looksOf(report: ReleaseReport, files: readonly ReleaseRow[], steps: SharedSteps): readonly Html[] {
  const odd = files
    .map((row, index) => ({ row, number: index + 1 }))
    .filter(({ row }) => row.verdict !== 'genuine');
  const sorted = odd.toSorted((one, other) => rankOf(one.row) - rankOf(other.row));
  const items = sorted.map(({ row, number }) => lookItem(steps.own(row), number));
  return [...steps.items, ...items, ...comparisonLooks(report)];
}

function rankOf(row: ReleaseRow): number {
  return verdictOf(row).tone === 'bad' ? 0 : 1;
}

function signersSection(files: readonly ReleaseRow[]): string {
  const tally = new SignerTally();
  for (const { signer, signedAt } of files) if (signer !== undefined) tally.add(signer, signedAt);
  return tally.section(pictureOf(files.flatMap(({ signedAt }) => signedAt ?? [])));
}

function filesSection({ summary }: ReleaseReport, files: readonly ReleaseRow[], steps: SharedSteps): string {
  if (files.length === 0)
    return summary === undefined ? '' : section('files', 'Files', html`<p>There is no signed file.</p>`).text;
  const kinds = [...new Set(files.map(({ kind }) => kind))].toSorted();
  const verdicts = [...new Set(files.map(({ verdict }) => verdict))].toSorted();
  const choices = {
    kinds,
    verdicts: verdicts.map((verdict) => [verdict, verdictOf({ verdict }).words] as const),
  };
  const content = html`${filterControls('Kind', choices)}
    <table role="table" class="files">
      <caption>
        ${counted(files.length, 'signed file')}, by path. Each opens to its digest, every check and its URL.
      </caption>
      ${tableHead()} ${files.map((row, index) => tableRow(steps.own(row, [SEE_ABOVE]), index + 1))}
    </table>`;
  return section('files', 'Files', content).text;
}

/** `5 files were`. */
function writtenText(count: number): string {
  if (count === 0) return 'No file is proved, and nothing was';
  return `${counted(count, 'file')} ${count === 1 ? 'was' : 'were'}`;
}

/** What is never signed, and what was written. */
function moreSection({ unsignedByDesign = [], written }: ReleaseReport): string {
  const never = unsignedByDesign.map((name) => html`<li>${foreign(name)}</li> `);
  const items = [
    ...(never.length === 0
      ? []
      : [
          html`<li>
            <p>Kubernetes never signs these, and they have no verdict:</p>
            <ul>
              ${never}
            </ul>
          </li> `,
        ]),
    ...(written === undefined
      ? []
      : [
          html`<li>
            <p>${writtenText(written.files.length)} written to ${foreign(written.directory)}.</p>
          </li> `,
        ]),
  ];
  if (items.length === 0) return '';
  const content = html`<ul class="items card">
    ${items}
  </ul>`;
  return section('more', 'Besides', content).text;
}

const MEANINGS: readonly Html[] = [
  html`<p>
    <b>Genuine</b> means that the signer of the Kubernetes releases signed exactly the bytes with this digest,
    that the public log has that signing, and that every check of the proof passed. It does not mean that the
    file is free of faults, or that it is the newest. Which file has the digest is said where
    <b>Name</b> stands.
  </p>`,
  html`<p>
    <b>Not judged</b> is no verdict: nothing was learnt about the file. <b>Unsigned by design</b> is what
    Kubernetes never signs. A record that <b>agrees</b> adds no proof to a file that is proved; one that
    <b>differs</b> shows that the release says two things.
  </p>`,
  html`<p>
    The evidence of every file is saved with
    <code>k8s-verify release VERSION --write DIR</code>, and proves the file without a network.
  </p>`,
];
