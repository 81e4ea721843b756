/** What the head of the page of a scan says of all its rows; it does not grow with their number. */
import type { Tone } from './parts.ts';
import type { ScanRow } from './report-data.ts';
import { needsALook } from './scan-standing.ts';
import { SharedSteps } from './shared-steps.ts';
import { SignerTally } from './signers.ts';
import { verdictOf } from './verdict-words.ts';

/** So many are told one by one before the table. */
const MOST_LOOKS = 200;
/** Choices of the filter; there are some thirty components. */
const MOST_KINDS = 100;

export class ScanSurvey {
  readonly #looks: { readonly row: ScanRow; readonly number: number }[] = [];
  moreLooks = 0;
  found = 0;
  readonly #kinds = new Set<string>();
  readonly #verdicts = new Map<string, string>();
  readonly signers: SignerTally = new SignerTally();
  readonly steps: SharedSteps = new SharedSteps();

  add(row: ScanRow): void {
    this.found += 1;
    if (row.component !== undefined && this.#kinds.size < MOST_KINDS) this.#kinds.add(row.component);
    this.#verdicts.set(row.verdict, verdictOf({ verdict: row.verdict }).words);
    if (row.signer !== undefined) this.signers.add(row.signer, row.signedAt);
    this.steps.add(row);
    if (!needsALook(row)) return;
    if (this.#looks.length < MOST_LOOKS) this.#looks.push({ row, number: this.found });
    else this.moreLooks += 1;
  }

  /** What needs a look: what is refused first, then in the order of the table. */
  get looks(): readonly { readonly row: ScanRow; readonly number: number }[] {
    return this.#looks.toSorted((one, other) => rankOf(one.row) - rankOf(other.row));
  }

  /** Names of components, sorted. */
  get kinds(): readonly string[] {
    return [...this.#kinds].toSorted();
  }

  /** Verdicts that are there, with their words. */
  get verdicts(): readonly (readonly [verdict: string, words: string])[] {
    return [...this.#verdicts].toSorted(([one], [other]) => (one < other ? -1 : 1));
  }
}

const TONES: readonly Tone[] = ['bad', 'look', 'none', 'good'];

function rankOf(row: ScanRow): number {
  return TONES.indexOf(verdictOf(row).tone);
}
