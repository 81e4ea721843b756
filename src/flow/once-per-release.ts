import { formatReleaseVersion, type ReleaseVersion } from '../release/version.ts';

/** Asks once for each release; the artifacts of a run that are of the same release share the answer. */
export function oncePerRelease<Rest extends readonly unknown[], Answer>(
  ask: (version: ReleaseVersion, ...rest: Rest) => Promise<Answer>,
): (version: ReleaseVersion, ...rest: Rest) => Promise<Answer> {
  const pending = new Map<string, Promise<Answer>>();
  return (version, ...rest) => {
    const release = formatReleaseVersion(version);
    const known = pending.get(release);
    if (known !== undefined) return known;
    const answer = ask(version, ...rest);
    // The code that awaits it sees its failure; until then it must not end the process.
    answer.catch(() => undefined);
    pending.set(release, answer);
    return answer;
  };
}
