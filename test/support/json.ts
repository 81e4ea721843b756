/** Reading JSON of unknown shape without asserting what it is. */

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at the end of the path, or undefined where the path leaves the value. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here = value;
  for (const step of path) {
    if (Array.isArray(here)) here = here[Number(step)];
    else here = isRecord(here) ? here[step] : undefined;
  }
  return here;
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
