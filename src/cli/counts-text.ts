/** `2 of 4 genuine, 1 by another builder, 1 refused`; what there is none of is left out. */
export function countsText(
  { genuine, found }: { readonly genuine: number; readonly found: number },
  others: readonly (readonly [count: number, words: string])[],
): string {
  const parts = others.flatMap(([count, words]) => (count === 0 ? [] : [`${count} ${words}`]));
  return [`${genuine} of ${found} genuine`, ...parts].join(', ');
}
