/**
 * The one value that all of them have; undefined if they differ or there are none.
 *
 * @param textOf the same text for equal values; a value that is missing is one too.
 */
export function agreed<Value>(values: readonly Value[], textOf: (value: Value) => string): Value | undefined {
  return new Set(values.map(textOf)).size === 1 ? values[0] : undefined;
}
