/**
 * What a person sees and what a program reads, answer by answer, held to the files in `screens/`.
 * `npx vitest run test/transcripts/screens.test.ts -u` writes them anew; read what changed.
 */
import { describe, it } from 'vitest';
import { NO_OTHER_USER } from '#support/other-user';
import { createAuthorities } from './internet.ts';
import { ANSWERS, FAILURES, FOR_PROGRAMS } from './scenes.ts';
import { HAS_SCRIPT, inPipes, onTerminal } from './screen.ts';

const SCENES = [...ANSWERS, ...FAILURES, ...FOR_PROGRAMS];
const authorities = createAuthorities();

describe.each(SCENES.map((scene) => [scene.name, scene] as const))('%s', (name, scene) => {
  // Of another user: the one who runs the tests may write everywhere, or may not become that user.
  const impossible = scene.unprivileged === true && NO_OTHER_USER !== undefined;

  it.skipIf(impossible).concurrent('in a pipe (needs another user, for some)', async ({ expect }) => {
    const text = await inPipes(authorities, scene);
    await expect(text).toMatchFileSnapshot(`screens/${name}.pipe.txt`);
  });

  it.skipIf(impossible || !HAS_SCRIPT).concurrent(
    'on a terminal of 80 columns (needs script of util-linux)',
    async ({ expect }) => {
      const text = await onTerminal(authorities, scene);
      await expect(text).toMatchFileSnapshot(`screens/${name}.tty.txt`);
    },
  );
});
