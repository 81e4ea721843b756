/** How the command line, the action and the executable are bundled: one set of rules for all of them. */
import { type OutputChunk, type OutputOptions, type Plugin, rolldown } from 'rolldown';
import { fileURLToPath } from 'node:url';
import {
  EMBEDDED_ROOT_NAME,
  embeddedRecordBytes,
  embeddedRootBytes,
  embeddedTufRootBytes,
  PUBLIC_GOOD_TUF_URL,
} from '../src/trust/embedded-root.ts';
import { ownRepository } from './own-repository.ts';
import { undiciInPart, WITHOUT_SECOND_PARSER } from './undici-in-part.ts';

/** The repository's root directory. */
export const ROOT: string = fileURLToPath(new URL('..', import.meta.url));

/** Puts the trusted root itself in place of the module that reads it: a bundle has no files next to it. */
const embedTrustedRoot: Plugin = {
  name: 'embed-trusted-root',
  load: {
    filter: { id: /[\\/]src[\\/]trust[\\/]embedded-root\.ts$/ },
    handler: () => {
      return [
        `export const EMBEDDED_ROOT_NAME = ${JSON.stringify(EMBEDDED_ROOT_NAME)};`,
        `export const PUBLIC_GOOD_TUF_URL = ${JSON.stringify(PUBLIC_GOOD_TUF_URL)};`,
        `const TUF_ROOT = ${literalOf(embeddedTufRootBytes())};`,
        "export function embeddedTufRootBytes() { return Buffer.from(TUF_ROOT, 'utf8'); }",
        `const ROOT = ${literalOf(embeddedRootBytes())};`,
        `const RECORD = ${literalOf(embeddedRecordBytes())};`,
        "export function embeddedRootBytes() { return Buffer.from(ROOT, 'utf8'); }",
        "export function embeddedRecordBytes() { return Buffer.from(RECORD, 'utf8'); }",
      ].join('\n');
    },
  },
};

/** A text as JavaScript has it. */
function literalOf(bytes: Uint8Array): string {
  return JSON.stringify(new TextDecoder().decode(bytes));
}

/** Tells the program which repository it is from, where package.json names one. */
const embedRepository: Plugin = {
  name: 'embed-repository',
  load: {
    filter: { id: /[\\/]src[\\/]text[\\/]repository\.ts$/ },
    handler: () => `export const REPOSITORY = ${JSON.stringify(ownRepository(ROOT))};`,
  },
};

/**
 * Bundles the entries with everything that they import, save Node's own modules.
 *
 * @throws Error on anything that the bundler warns of: an import that does not resolve would fail at a user's.
 */
export async function bundle(
  entries: Readonly<Record<string, string>>,
  output: OutputOptions,
  plugins: readonly Plugin[] = [],
): Promise<readonly OutputChunk[]> {
  const build = await rolldown({
    cwd: ROOT,
    input: { ...entries },
    platform: 'node',
    plugins: [embedTrustedRoot, embedRepository, undiciInPart, ...plugins],
    transform: { define: { ...WITHOUT_SECOND_PARSER } },
    onLog(level, log) {
      if (level === 'warn') throw new Error(`bundling: ${log.message}`);
    },
  });
  try {
    const written = await build.write({ comments: false, hashCharacters: 'base36', ...output });
    return written.output.filter((file) => file.type === 'chunk');
  } finally {
    await build.close();
  }
}
