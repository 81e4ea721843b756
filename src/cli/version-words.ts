/** Versions as people write them on a command line. */
import { RequestError } from '../errors.ts';
import { excerpt } from '../text/excerpt.ts';
import { commandText } from './words.ts';

/** Whether an argument is meant as a version; whether it is a good one is for the release folder to say. */
export function readsAsVersion(word: string): boolean {
  return /^v?\d/i.test(word) || /^(?:stable|latest|prerelease)(?:-|$)/.test(word);
}

/**
 * `latest` is the newest stable release to some tools, and the newest pre-release to Kubernetes itself. Such a word is
 * refused, and the answer has both meanings.
 *
 * @param words the whole command line, for the answers
 * @throws RequestError `usage`
 */
export function refuseLatest(version: string | undefined, words: readonly string[]): void {
  if (version === undefined || !/^latest(?:-|$)/.test(version)) return;
  const [stable, prerelease] = ['stable', 'prerelease'].map((channel) => {
    const meant = version.replace('latest', channel);
    const line = words.map((word) =>
      word === version || word.endsWith(`@${version}`) ? `${word.slice(0, -version.length)}${meant}` : word,
    );
    return commandText(line) ?? meant;
  });
  throw new RequestError('usage', `${excerpt(version)} has two meanings`, {
    wanted: `${version.replace('latest', 'stable')}, the newest final release, or ${version.replace('latest', 'prerelease')}, the newest pre-release`,
    found: excerpt(version),
    next: `${stable}, or ${prerelease}`,
  });
}
