import path from 'node:path';
import { parseArgs } from 'node:util';
import { WorldRefused } from './refused.ts';

export interface WorldArguments {
  readonly env: string | undefined;
  readonly directory: string | undefined;
}

const USAGE = 'usage: npm run world -- [--env FILE] [--directory DIR]';

/** @throws WorldRefused for what is not understood */
export function readArguments(
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): WorldArguments {
  const { env, directory } = parse(words);
  // npm runs scripts in the package's own directory, and says where the user is.
  const base = environment['npm_lifecycle_event'] === 'world' ? environment['INIT_CWD'] : undefined;
  const resolve = (name: string, text: string | undefined): string | undefined => {
    if (text === '') throw new WorldRefused(`${name} has no value; ${USAGE}`);
    return text === undefined ? undefined : path.resolve(base ?? process.cwd(), text);
  };
  const resolved = { env: resolve('--env', env), directory: resolve('--directory', directory) };
  // OPTIONS is one string, which a shell takes apart at white space.
  if (/\s/.test(resolved.directory ?? '')) {
    throw new WorldRefused(
      `--directory ${JSON.stringify(directory)} has white space in its path; take another`,
    );
  }
  return resolved;
}

function parse(words: readonly string[]): Partial<WorldArguments> {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: { env: { type: 'string', multiple: true }, directory: { type: 'string', multiple: true } },
    });
    for (const [name, given] of Object.entries(values)) {
      if (given.length > 1) throw new Error(`--${name} is given ${given.length} times`);
    }
    return { env: values.env?.[0], directory: values.directory?.[0] };
  } catch (error) {
    throw new WorldRefused(`${error instanceof Error ? error.message : String(error)}; ${USAGE}`);
  }
}
