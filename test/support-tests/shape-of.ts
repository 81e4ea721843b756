import { isList, isRecord } from '#support/json';

/** The value with every leaf replaced by its type, and every list by its first element. */
export function shapeOf(value: unknown): unknown {
  if (isList(value)) return [shapeOf(value[0])];
  if (!isRecord(value)) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shapeOf(member)]));
}
