/** What is around every page: the head with its policy, the headline, how to check the page, and the data. */
import { createHash } from 'node:crypto';
import { EXIT_CODE_MEANINGS } from '../exit-codes.ts';
import { FILTER_SCRIPT, FILTER_SCRIPT_HASH } from './filter-script.ts';
import { type Html, html, rawHtml } from './html.ts';
import { command, markOf, moment, type Tone } from './parts.ts';
import type { ReportedRun } from './report-data.ts';
import { STYLE } from './style.ts';

/** How every page begins; a file that begins otherwise is no page of ours, and is not replaced. */
export const PAGE_BEGINNING = '<!doctype html>\n<html lang="en" data-made-by="k8s-verify">\n';

/** No request of any kind, and no other script than ours. */
const POLICY =
  `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${FILTER_SCRIPT_HASH}'; img-src data:; ` +
  `base-uri 'none'; form-action 'none'`;

export interface Headline {
  readonly tone: Tone;
  /** `node-7: 11 of 12 genuine`. */
  readonly heading: string;
  /** The same with the verdict first. */
  readonly title: string;
  /** What the run did to the files: `Judged`. */
  readonly verb: string;
  /** What the exit code means, where it is not 0. */
  readonly meaning: string | undefined;
}

/** What the exit code says; undefined where all is well. */
export function meaningOf(exitCode: number): string | undefined {
  if (exitCode === 0) return undefined;
  return Object.entries(EXIT_CODE_MEANINGS).find(([code]) => code === String(exitCode))?.[1];
}

/** How the headline looks: green only where all is well, red only where something must not be used. */
export function toneOf(exitCode: number): Tone {
  if (exitCode === 0) return 'good';
  return exitCode >= 10 && exitCode <= 19 ? 'bad' : 'look';
}

/** The page up to its first section. */
export function opening(run: ReportedRun, headline: Headline): string {
  const { version, exitCode, trustedRoot } = run;
  const { tone, heading, title, verb, meaning } = headline;
  const root =
    trustedRoot === undefined
      ? undefined
      : trustedRoot.asOf === undefined
        ? html`; trusted root <code>${trustedRoot.path ?? 'as given'}</code>`
        : html`; trusted root of ${moment(trustedRoot.asOf, 'day')}`;
  const head = html`<head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${rawHtml(POLICY)}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="referrer" content="no-referrer" />
    <meta name="generator" content="k8s-verify ${version}" />
    <link rel="icon" href="data:," />
    <title>${title}</title>
    <style>
      ${rawHtml(STYLE)}
    </style>
  </head> `;
  const header = html`<body>
    <header>
      <a class="skip" href="#files">Skip to the files</a>
      <h1>${markOf(tone)} ${heading}</h1>
      <p class="lead">${verb} ${moment(run.time, 'minute')} by k8s-verify ${version}${root}.</p>
      ${meaning === undefined ? undefined : html`<p class="lead">Exit code ${exitCode}: ${meaning}.</p> `}
    </header>
    <main>
   `;
  return `${PAGE_BEGINNING}${head.text}${header.text}`;
}

export function section(id: string, title: string, content: Html): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${content}
  </section> `;
}

/** Notes about the run as a whole; nothing where there are none. */
export function notesSection({ notes }: ReportedRun): string {
  if (notes.length === 0) return '';
  const items = notes.map(
    ({ text }) =>
      html`<li>
        <p><bdi>${text}</bdi></p>
      </li> `,
  );
  return section(
    'notes',
    'Notes',
    html`<ul class="items card">
      ${items}
    </ul>`,
  ).text;
}

/** What is told of a page: how to repeat the run, what its words mean, and the name of the file with its data. */
export interface PageEnd {
  readonly run: ReportedRun;
  readonly dataName: string;
  readonly meanings: readonly Html[];
}

/**
 * The data, how to check the page, and its end.
 *
 * @param data the JSON of the run, in pieces that can stand in a page.
 */
export async function* closing(
  { run, dataName, meanings }: PageEnd,
  data: AsyncIterable<string>,
): AsyncGenerator<string, void, void> {
  const hash = createHash('sha256');
  // On lines of their own, whatever is before them, so that a tool of lines can take the data out.
  yield '\n<script type="application/json" id="data">\n';
  for await (const piece of data) {
    hash.update(piece);
    yield piece;
  }
  hash.update('\n');
  yield '\n</script>\n';
  yield section('check', 'How to check this page', howToCheck(run, hash.digest('hex'), dataName, meanings))
    .text;
  yield html`</main>
<footer><p>Made by k8s-verify ${run.version}. This page asks no server for anything.</p></footer>
<script>${rawHtml(FILTER_SCRIPT)}</script>
</body>
</html>
`.text;
}

/** Prints the data of a page as one line. */
const TAKE_OUT = `sed -n '/^<script type="application\\/json"/{n;p;q;}' FILE | sha256sum`;

function howToCheck(run: ReportedRun, digest: string, dataName: string, meanings: readonly Html[]): Html {
  const { commandLine } = run;
  const again =
    commandLine === undefined
      ? undefined
      : html`<li>
          <p>Run it again. The same files have the same verdict.</p>
          ${command(commandLine)}
        </li> `;
  return html`<ul class="items card">
    ${again}
    <li>
      <p>
        The page holds the data that it shows, as <code>--json</code> prints it.
        <button type="button" id="save" class="screen" data-name="${dataName}" hidden>Save the data</button>
      </p>
      <p>The SHA-256 of that line: <code>${digest}</code></p>
      ${command(TAKE_OUT)}
    </li>
    <li>
      <p>
        Nothing signs this page: who can change it can change all of it. To hand it on, sign it, and have the
        signature checked:
      </p>
      ${command('cosign sign-blob --bundle FILE.sigstore.json FILE')}
    </li>
    ${meanings.map((one) => html`<li>${one}</li> `)}
  </ul>`;
}
