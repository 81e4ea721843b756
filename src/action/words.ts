/**
 * Rewords errors and notes for the action: they name the command's options, but a workflow has inputs under `with:`.
 */
import { INPUT_NAMES } from './inputs.ts';

/** An option with its value's placeholder, as in `--trusted-root FILE`. */
const OPTION = /--([a-z][a-z0-9-]*)(?: [A-Z]{2,}\b|=[A-Z]{2,}\b)?/g;

/** The boundary between two pieces of advice. The separator stays with the second one. */
const NEXT = /(?=; |: |, or |(?<!,) or (?=--|name |use |allow ))/;

/**
 * Advice without options. An option that is also an input is named as the input, and advice with any other option is
 * left out. Empty if nothing is left.
 */
export function inActionWords(text: string): string {
  // `--ca-file FILE (or NODE_EXTRA_CA_CERTS)`: a job can only use the second.
  const otherWays = text.replaceAll(
    /--([a-z][a-z0-9-]*)(?: [A-Z]{2,})? \(or ([^)]+)\)/g,
    (whole, name, other) => (isInput(name) ? whole : other),
  );
  return otherWays
    .split(NEXT)
    .filter((part) => Array.from(part.matchAll(OPTION)).every(([, name]) => isInput(name)))
    .join('')
    .replace(/^(?:[;:,] (?:or )?| or )/, '')
    .replaceAll(OPTION, 'the input $1');
}

function isInput(name: string | undefined): boolean {
  return INPUT_NAMES.some((known) => known === name);
}
