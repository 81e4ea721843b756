/** Where the section of an exit code is: in the docs of the very commit that the job runs. */
import type { ExitCode } from '../exit-codes.ts';
import { EXIT_CODE_PAGES } from '../text/exit-code-pages.ts';

/**
 * @param environment the runner says in it where the action comes from.
 * @returns undefined where it does not, as for `uses: ./`.
 */
export function exitCodeLink(
  exitCode: ExitCode,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const server = environment['GITHUB_SERVER_URL'] ?? '';
  const repository = environment['GITHUB_ACTION_REPOSITORY'] ?? '';
  const ref = environment['GITHUB_ACTION_REF'] ?? '';
  const isKnown =
    /^https?:\/\/[\w.:-]+$/.test(server) && /^[\w.-]+\/[\w.-]+$/.test(repository) && /^[\w./-]+$/.test(ref);
  if (!isKnown) return undefined;
  return `${server}/${repository}/blob/${ref}/docs/exit-codes.md#${sectionOf(exitCode)}`;
}

/** The name that GitHub gives to the heading of a section. */
function sectionOf(exitCode: ExitCode): string {
  const heading = `${exitCode}: ${EXIT_CODE_PAGES[exitCode].title}`;
  return heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}
