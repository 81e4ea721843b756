/** Reading JSON of unknown shape without asserting what it is, and changing it at one place. */
import type { JsonValue } from './sigstore/canonical-json.ts';

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

/** The JSON value with another value at the end of the path; members on the way are made where they are missing. */
export function setAt(
  value: JsonValue,
  path: readonly (string | number)[],
  replacement: JsonValue,
): JsonValue {
  const [step, ...rest] = path;
  if (step === undefined) return replacement;
  if (Array.isArray(value)) {
    return value.map((member: JsonValue, index) =>
      index === step ? setAt(member, rest, replacement) : member,
    );
  }
  const members = isJsonObject(value) ? value : {};
  return { ...members, [step]: setAt(members[step] ?? null, rest, replacement) };
}

function isJsonObject(value: JsonValue): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
