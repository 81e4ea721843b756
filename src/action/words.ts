/** The words of an error or a note, as they are right under `with:`. The parts below the action speak of the command's options. */
import { INPUT_NAMES } from './inputs.ts';

/** An option with its value's placeholder, as in `--trusted-root FILE`. */
const OPTION = /--([a-z][a-z0-9-]*)(?: [A-Z]{2,}\b|=[A-Z]{2,}\b)?/g;

/** Where one of several things to do ends and the next begins. The separator stays with what follows it. */
const NEXT = /(?=; |: |, or |(?<!,) or (?=--|name |use |allow ))/;

/**
 * Advice without options: one that the action has as an input is called so, and what takes an option that it lacks is
 * left out. Empty where nothing is left.
 */
export function inActionWords(text: string): string {
  // `--ca-file FILE (or NODE_EXTRA_CA_CERTS)`: the other way is the one that a job has.
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
