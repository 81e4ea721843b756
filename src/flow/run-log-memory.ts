import type { Client } from '../client.ts';
import type { Note } from '../notes.ts';
import { logOf, type NetworkRequest } from '../plan/request.ts';
import type { LogMemory } from './log-memory.ts';
import type { ProvenArtifact } from './prove-with-log.ts';

/** What {@link LogMemory} does, with its code loaded after the first proof. */
export type RunLogMemory = Pick<LogMemory, 'compare' | 'finish'>;

export function openLogMemory(
  request: NetworkRequest & { readonly signal?: AbortSignal | undefined },
  client: Client,
): RunLogMemory {
  let loading: Promise<LogMemory> | undefined;
  const load = async (): Promise<LogMemory> => {
    const { LogMemory: Memory } = await import('./log-memory.ts');
    return new Memory(client, logOf(request).url, request.signal);
  };
  return {
    compare: async (proof: ProvenArtifact): Promise<void> => (await (loading ??= load())).compare(proof),
    finish: async (): Promise<readonly Note[]> => (loading === undefined ? [] : (await loading).finish()),
  };
}
