import type { PolicyUse, UsedException } from './policy.ts';

/** An exception that was needed twice is one exception. */
export function mergedExceptions(used: readonly UsedException[]): readonly UsedException[] {
  const byText = new Map<string, UsedException>();
  for (const one of used) {
    const key = JSON.stringify([one.sha256, one.reason, one.until]);
    const lifts = new Set([...(byText.get(key)?.lifts ?? []), ...one.lifts]);
    byText.set(key, { ...one, lifts: [...lifts] });
  }
  return [...byText.values()];
}

/** What several files of one component and version took; undefined where there are none. */
export function mergedUse(uses: readonly (PolicyUse | undefined)[]): PolicyUse | undefined {
  const all = uses.filter((one) => one !== undefined);
  const [first] = all;
  return first && { ...first, exceptions: mergedExceptions(all.flatMap(({ exceptions }) => exceptions)) };
}
