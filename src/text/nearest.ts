import { MAX_NAME_CHARACTERS } from '../limits.ts';

/** Words of this length or more may contain two mistakes. In a shorter word, two mistakes make another word. */
const LONG_WORD = 8;

/**
 * The one choice that a mistyped text most likely meant, or undefined if none is close. One letter may be wrong,
 * missing or too many, or two neighbours swapped (`kubetcl`); in a word of 8 letters or more, two such mistakes. A
 * choice with something after it is also close (`kubectl.exe`, `kubectl-linux`), and so is one without its first part
 * (`controller-manager`).
 */
export function nearest(text: string, choices: readonly string[]): string | undefined {
  if (text.length === 0 || text.length > MAX_NAME_CHARACTERS) return undefined;
  const slips = text.length < LONG_WORD ? 1 : 2;
  const [best] = choices
    .map((choice) => ({ choice, distance: editDistance(text, choice) }))
    .filter(({ distance }) => distance <= slips)
    .sort((a, b) => a.distance - b.distance || (a.choice < b.choice ? -1 : 1));
  return best?.choice ?? longestStart(text, choices) ?? shortestEnd(text, choices);
}

function longestStart(text: string, choices: readonly string[]): string | undefined {
  return choices
    .filter((choice) => text.startsWith(`${choice}.`) || text.startsWith(`${choice}-`))
    .sort((a, b) => b.length - a.length)[0];
}

function shortestEnd(text: string, choices: readonly string[]): string | undefined {
  return choices.filter((choice) => choice.endsWith(`-${text}`)).sort((a, b) => a.length - b.length)[0];
}

/** Close names for a list in a message, including those that contain the text. The closest come first. */
export function nearestFew(text: string, choices: readonly string[], most: number): readonly string[] {
  if (text.length === 0 || text.length > MAX_NAME_CHARACTERS) return [];
  return choices
    .map((choice) => ({ choice, distance: looseDistance(text, choice) }))
    .filter(({ distance }) => distance < Infinity)
    .sort((a, b) => a.distance - b.distance || (a.choice < b.choice ? -1 : 1))
    .slice(0, most)
    .map(({ choice }) => choice);
}

function looseDistance(text: string, choice: string): number {
  const distance = editDistance(text, choice);
  const close = distance <= Math.ceil(text.length / 3) || (text.length >= 3 && choice.includes(text));
  return close ? distance : Infinity;
}

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment) between two texts. */
function editDistance(a: string, b: string): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? Infinity) + 1 : Infinity;
      next.push(Math.min(substituted, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
