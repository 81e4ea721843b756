/** One decision of the code turned, and what then comes out otherwise: shared by the workers that are given one. */
import { registerHooks } from 'node:module';
import type { DecisionMutation } from './decisions.ts';

/** By name of what was tried: "passes" or a value, or the code of the error. */
export type Outcomes = Readonly<Record<string, string>>;

/**
 * From now on the file of the mutation is loaded with it; undefined leaves the code as it is. A module that is loaded
 * already stays as it is.
 *
 * @param folder of `mutation.file`, with a slash at its end
 */
export function turn(mutation: DecisionMutation | undefined, folder: URL): void {
  if (mutation === undefined) return;
  const { file, from, to } = mutation;
  const target = new URL(file, folder).href;
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (url !== target) return loaded;
      const source = String(Buffer.from(Object(loaded.source)));
      if (source.split(from).length !== 2) throw new Error(`not once in ${file}: ${from}`);
      return { ...loaded, source: source.replace(from, () => to) };
    },
  });
}
