/** Runs a story in the real client: the network, progress on the terminal, Ctrl-C. */
import { createClient, type Client } from '../client.ts';
import { nodeVariablesNote, noteOf } from '../text/node-variables.ts';
import type { Console } from './console.ts';
import { dataDirectory } from './data-directory.ts';
import { listenForInterruption } from './interruption.ts';
import type { TransportArguments } from './parsed-line.ts';

export async function withClient<T>(
  transport: TransportArguments,
  output: Console,
  story: (client: Client, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const interruption = listenForInterruption();
  const report = await output.start();
  const note = nodeVariablesNote(process.env);
  if (note !== undefined) report({ kind: 'note', ...noteOf(note) });
  const client = createClient({
    ...transport,
    env: process.env,
    dataDirectory: dataDirectory(transport.dataDirectory),
    report,
  });
  try {
    return await story(client, interruption.signal);
  } finally {
    output.finish();
    await client.close();
    interruption.release();
  }
}
