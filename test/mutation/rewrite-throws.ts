/** Rewrites the `throw` statements of the modules that decide, as they are loaded. */
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const ROOT: string = fileURLToPath(new URL('../../', import.meta.url)).replaceAll('\\', '/');

/** Modules whose every refusal must be needed. What is passed on, and what asks for another subject, is not meant. */
const DECIDING: readonly RegExp[] = [
  /^src\/proof\//,
  /^src\/evidence\/read-bundle\.ts$/,
  /^src\/trust\/read-trusted-root\.ts$/,
  /^src\/strict\/fields\.ts$/,
];

/** One `throw` statement: "src/proof/proof.ts:120". */
export type ThrowSite = string;

/**
 * From now on, each `throw` of a deciding module is replaced by what `rewrite` makes of it; undefined leaves it. A
 * module that is loaded already stays as it is.
 */
export function rewriteThrows(rewrite: (site: ThrowSite) => string | undefined): void {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const path = url.startsWith('file:') ? fileURLToPath(url).replaceAll('\\', '/').replace(ROOT, '') : '';
      if (!DECIDING.some((pattern) => pattern.test(path)) || loaded.source === undefined) return loaded;
      const lines = String(Buffer.from(Object(loaded.source))).split('\n');
      const source = lines
        .map((line, i) =>
          line.replace(
            /(?<=^|[\s)])throw (?!cause|error|new RequestError)/,
            (word) => rewrite(`${path}:${i + 1}`) ?? word,
          ),
        )
        .join('\n');
      return { ...loaded, source };
    },
  });
}
