/** The output that docs/audit.md prints is that of a run: of a whole release, on the stage of `stage.ts`. */
import { describe, expect, it } from 'vitest';
import { HAS_SCRIPT } from '../transcripts/screen.ts';
import { blocksOf } from './blocks.ts';
import { setStage } from './stage.ts';

const COMMAND = 'k8s-verify release v1.36.2';

/** When it was signed differs in every run. */
function shapeOf(screen: string): string {
  return screen.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d(?: to \d\d:\d\d)? UTC/g, '<time>');
}

describe('docs/audit.md', () => {
  it.skipIf(!HAS_SCRIPT)(
    'shows what a terminal shows of a release (needs script of util-linux)',
    async () => {
      const shown = blocksOf('docs/audit.md', 'text').find((code) => code.startsWith('✓ Kubernetes'));
      await using stage = await setStage({ whole: 'v1.36.2' });
      // No colours and no progress, and wide enough that no line is wrapped.
      const typed = `export TERM=xterm LC_ALL=C.UTF-8 NO_COLOR=1 CI=true; stty cols 120; ${COMMAND}`;
      const { stdout, exitCode } = await stage.exec('script', [
        '--quiet',
        '--return',
        '--command',
        typed,
        '/dev/null',
      ]);
      expect(exitCode).toBe(0);
      expect(shapeOf(stdout.replaceAll('\r\n', '\n'))).toBe(shapeOf(shown ?? ''));
    },
  );
});
