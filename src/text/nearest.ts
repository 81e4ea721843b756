import { MAX_NAME_CHARACTERS } from '../limits.ts';

/** The choice that a mistyped text most likely meant, or undefined where none is close. */
export function nearest(text: string, choices: readonly string[]): string | undefined {
  return nearestFew(text, choices, 1)[0];
}

/**
 * The closest choices, best first: those that differ in at most a third of the text, those that the text is a part of,
 * and those that it only adds to (`kubectl.exe`), the longest of them first.
 */
export function nearestFew(text: string, choices: readonly string[], most: number): readonly string[] {
  if (text.length === 0 || text.length > MAX_NAME_CHARACTERS) return [];
  return choices
    .map((choice) => ({ choice, distance: distanceTo(text, choice) }))
    .filter(({ distance }) => distance < Infinity)
    .sort((a, b) => a.distance - b.distance || (a.choice < b.choice ? -1 : 1))
    .slice(0, most)
    .map(({ choice }) => choice);
}

function distanceTo(text: string, choice: string): number {
  const distance = editDistance(text, choice);
  if (text.startsWith(`${choice}.`) || text.startsWith(`${choice}-`)) {
    // As if two letters were wrong: behind a plain slip, before another word of the same length.
    return Math.min(distance, 2 + distance / MAX_NAME_CHARACTERS);
  }
  const close = distance <= Math.ceil(text.length / 3) || (text.length >= 3 && choice.includes(text));
  return close ? distance : Infinity;
}

/** Levenshtein's distance: insertions, deletions and substitutions that turn one text into the other. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
