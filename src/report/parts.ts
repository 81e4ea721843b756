/** Small parts that the pages have in common. */
import type { ReportedError } from './report-data.ts';
import { type Html, html } from './html.ts';

/** How a verdict looks; its words stand next to it always. */
export type Tone = 'good' | 'bad' | 'look' | 'none';

/** By number, since V8 holds a program of plain ASCII in half the memory. */
const MARKS: Readonly<Record<Tone, string>> = {
  good: String.fromCodePoint(0x2713),
  bad: String.fromCodePoint(0x2717),
  look: '!',
  none: String.fromCodePoint(0x2013),
};

/** For the eye alone: what it says is said in words as well. */
export function markOf(tone: Tone): Html {
  return html`<span class="mark ${tone}" aria-hidden="true">${MARKS[tone]}</span>`;
}

export function verdictChip(tone: Tone, words: string): Html {
  return html`<span class="verdict ${tone}"><span aria-hidden="true">${MARKS[tone]} </span>${words}</span>`;
}

/** Of a name that another user has chosen: it stands apart from the text around it, whatever its script. */
export function foreign(text: string): Html {
  return html`<bdi><code>${text}</code></bdi>`;
}

export function command(line: string): Html {
  return html`<code class="command">${line}</code>`;
}

const TIME = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::(\d\d))?/;

/** `2026-11-28 17:40 UTC`; as it is where it is no time. */
export function moment(iso: string, precision: 'minute' | 'second' | 'day' = 'second'): Html {
  const [, day, minute, second] = TIME.exec(iso) ?? [];
  if (day === undefined || minute === undefined) return html`${iso}`;
  const exact = second === undefined ? minute : `${minute}:${second}`;
  const shown = { day, minute: `${day} ${minute} UTC`, second: `${day} ${exact} UTC` }[precision];
  return html`<time datetime="${iso}">${shown}</time>`;
}

const PUBLIC_LOG = 'https://rekor.sigstore.dev';
const INDEX = /^(?:0|[1-9][0-9]{0,19})$/;

/** A link only into the public log, and made of the number alone: no address that a file or a server names is one. */
export function logEntry(entry: { readonly logIndex: string; readonly logUrl: string }): Html {
  const { logIndex, logUrl } = entry;
  if (logUrl !== PUBLIC_LOG || !INDEX.test(logIndex)) return html`${logIndex} of <code>${logUrl}</code>`;
  const href = `https://search.sigstore.dev/?logIndex=${logIndex}`;
  return html`<a rel="noreferrer" href="${href}">${logIndex}</a>`;
}

/** Names with what is said of each; a name without a value is left out. */
export function definitions(entries: readonly (readonly [name: string, value: Html | undefined])[]): Html {
  const there = entries.filter(([, value]) => value !== undefined);
  return html`<dl>
    ${there.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}

function isolated(value: string | undefined): Html | undefined {
  return value === undefined ? undefined : html`<bdi>${value}</bdi>`;
}

/** What was expected, what was found, and why. */
export function reasonEntries(
  error: ReportedError | undefined,
): readonly (readonly [string, Html | undefined])[] {
  if (error === undefined) return [];
  const { message, wanted, found, from, why } = error;
  return [
    ['Verdict', isolated(message)],
    ['Expected', isolated(wanted)],
    ['Found', isolated(found)],
    ['From', isolated(from)],
    ['Why', isolated(why)],
  ];
}

/** What to do, each with the command where there is one. */
export function nextSteps(error: Pick<ReportedError, 'next'> | undefined): readonly Html[] {
  return (error?.next ?? []).map(({ text, command: line }) =>
    line === undefined
      ? html`<p>${sentence(text)}.</p>`
      : html`<p>${text === line ? 'Next' : sentence(text)}:</p>
          ${command(line)}`,
  );
}

/** Texts of the command line begin with a small letter. */
function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
