import type { Environment } from '../http/proxy.ts';
import { GivenPolicy } from '../policy/given-policy.ts';
import { counted } from '../text/counted.ts';
import { type Finding, noted, ok, problem } from './finding.ts';

/** The policy file that a variable names for every run, read as a run reads it; nothing where none is named. */
export async function lookAtPolicy(env: Environment, now: Date): Promise<readonly Finding[]> {
  const path = (env['K8S_VERIFY_POLICY'] ?? '').trim();
  if (path === '') return [];
  try {
    const opened = await new GivenPolicy({ kind: 'file', path, namedBy: 'variable' }).open();
    const { origin, file, takeNotes } = opened;
    const found = `${origin.path ?? path}, by K8S_VERIFY_POLICY, sha256 ${origin.sha256.slice(0, 16)}...`;
    const [note] = takeNotes();
    if (note !== undefined)
      return [
        noted('policy', `${found}; ${note.text}`, 'let only its owner write to it, and to its directories'),
      ];
    const ended = file.exceptions.filter(({ end }) => now >= end).length;
    if (ended === 0) return [ok('policy', found)];
    const exceptions = counted(ended, 'exception that has ended', 'exceptions that have ended');
    return [noted('policy', `${found}; ${exceptions}`, 'k8s-verify policy check names them')];
  } catch (error) {
    return [problem('policy', error)];
  }
}
