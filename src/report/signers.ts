/** Who signed the files of an audit, and when. */
import { counted } from '../text/counted.ts';
import type { ArtifactResult } from '../result.ts';
import { section } from './frame.ts';
import { type Html, html } from './html.ts';
import { moment } from './parts.ts';
import { signerText } from './proof-details.ts';

/** A release has one; more than these would be text of an attacker. */
const MOST_SIGNERS = 50;

interface SignerSummary {
  readonly signer: ArtifactResult['signer'];
  readonly files: number;
  /** First and last time of signing, ISO 8601; undefined where no evidence has one. */
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Counts signers; it does not grow with the number of files. */
export class SignerTally {
  readonly #signers = new Map<string, SignerSummary>();

  add(signer: ArtifactResult['signer'], signedAt: string | undefined): void {
    const key = JSON.stringify(signer);
    const known = this.#signers.get(key);
    if (known === undefined && this.#signers.size >= MOST_SIGNERS) return;
    const times = [known?.from, known?.to, signedAt].filter((time) => time !== undefined).toSorted();
    this.#signers.set(key, { signer, files: (known?.files ?? 0) + 1, from: times[0], to: times.at(-1) });
  }

  /** @param picture of the times, for the whole of it. */
  section(picture?: Html): string {
    if (this.#signers.size === 0) return '';
    const items = Array.from(this.#signers.values(), itemOf);
    const content = html`<ul class="items card">
      ${items}${picture === undefined ? undefined : html`<li>${picture}</li>`}
    </ul>`;
    return section('signers', 'Who signed, and when', content).text;
  }
}

function itemOf({ signer, files, from, to }: SignerSummary): Html {
  const times =
    from === undefined || to === undefined
      ? undefined
      : html`<p class="quiet">
          ${from === to ? html`at ${moment(from)}` : html`from ${moment(from)} to ${moment(to)}`}
        </p>`;
  return html`<li>
    <p>${signerText(signer)}: ${counted(files, 'file')}</p>
    ${times}
  </li>`;
}

/** Nothing else that a browser or Node would take for a time. */
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

const BARS = 60;
const BAR_WIDTH = 10;
const HEIGHT = 40;

/** How the times of signing lie between the first and the last one; undefined where there are not two. */
export function pictureOf(times: readonly string[]): Html | undefined {
  const sorted = times
    .filter((time) => ISO_TIME.test(time))
    .map((time) => Date.parse(time))
    .filter(Number.isFinite)
    .toSorted((a, b) => a - b);
  const [first = 0, last = 0] = [sorted[0], sorted.at(-1)];
  if (last === first) return undefined;
  const counts = Array.from({ length: BARS }, () => 0);
  for (const time of sorted) {
    const bar = Math.min(BARS - 1, Math.floor(((time - first) / (last - first)) * BARS));
    counts[bar] = (counts[bar] ?? 0) + 1;
  }
  const most = Math.max(...counts);
  const bars = counts.flatMap((count, index) => {
    const height = Math.max(count === 0 ? 0 : 3, Math.round((count / most) * HEIGHT));
    return count === 0
      ? []
      : [
          html`<rect
            x="${index * BAR_WIDTH}"
            y="${HEIGHT - height}"
            width="${BAR_WIDTH - 2}"
            height="${height}"
          ></rect>`,
        ];
  });
  const [from, to] = [first, last].map((time) => moment(new Date(time).toISOString()));
  return html`<svg
      class="times"
      viewBox="0 0 ${BARS * BAR_WIDTH} ${HEIGHT}"
      preserveAspectRatio="none"
      role="img"
      aria-label="${counted(sorted.length, 'signing')} over time, at most ${most} in one of ${BARS} equal parts"
    >
      ${bars}
    </svg>
    <p class="quiet ends"><span>${from}</span><span>${to}</span></p>`;
}
