/** The files in which the runner takes a step's answers: its outputs, and what it puts on PATH. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { InstallError } from '../errors.ts';

const ANSWERS = ['GITHUB_OUTPUT', 'GITHUB_PATH'] as const;

/**
 * Finds out before anything is done whether they can be written. A runner that names none takes answers from the log.
 *
 * @throws InstallError `destination-unwritable`
 */
export async function assertAnswersPossible(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  for (const name of ANSWERS) {
    const path = environment[name] ?? '';
    if (path === '') continue;
    try {
      await access(path, constants.W_OK);
    } catch (cause) {
      throw notTaken(`${name}, a file in which this step may write: ${path}`, cause);
    }
  }
}

/**
 * Gives the answers of a step that succeeds.
 *
 * @throws InstallError `destination-unwritable`
 */
export function handOver(answer: () => void): void {
  try {
    answer();
  } catch (cause) {
    throw notTaken(`${ANSWERS.join(' and ')}, files in which this step may write`, cause);
  }
}

function notTaken(wanted: string, cause: unknown): InstallError {
  return new InstallError('destination-unwritable', 'the runner takes no answers from this step', {
    wanted,
    found: cause instanceof Error ? cause.message : String(cause),
    next: 'look at the runner: it makes these files for each step',
    cause,
  });
}
