/**
 * The picture of a run in README.md, light and dark: `docs/pictures/run-light.svg` and `run-dark.svg`, drawn from the recorded run
 * in `docs/pictures/run.txt`. The same recording gives the same bytes.
 *
 *     node scripts/render-picture.ts [--check] [--record]
 *
 * `--check` writes nothing, names what is not current, and ends with 1. `--record` first runs README's commands anew, on a terminal:
 * the real kubectl v1.26.4, a release server and a Sigstore on this machine. It needs `script` of util-linux, and a build.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileBody } from '#support/http/large-bodies';
import { ROOT, setStage } from '../test/docs/stage.ts';
import { drawTerminal, THEMES } from './picture/draw-terminal.ts';
import { recordRun } from './picture/record-run.ts';
import { realKubectl } from './real-kubectl.ts';

const DIRECTORY = join(ROOT, 'docs/pictures');
const RECORDING = join(DIRECTORY, 'run.txt');
async function record(): Promise<void> {
  const kubectl = await realKubectl();
  if (!kubectl.genuine) throw new Error(kubectl.reason ?? 'the real kubectl is not at hand');
  await using stage = await setStage({ kubectl: fileBody(kubectl.path) });
  const { screen } = await recordRun(stage);
  mkdirSync(DIRECTORY, { recursive: true });
  writeFileSync(RECORDING, screen);
}

if (process.argv.includes('--record')) await record();
const lines = readFileSync(RECORDING, 'utf8').trimEnd().split('\n');
for (const theme of THEMES) {
  const file = join(DIRECTORY, `run-${theme.name}.svg`);
  const drawn = drawTerminal(lines, theme);
  if (existsSync(file) && readFileSync(file, 'utf8') === drawn) continue;
  if (process.argv.includes('--check')) {
    console.error(`docs/pictures/run-${theme.name}.svg is not current: run node scripts/render-picture.ts`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, drawn);
    console.log(`docs/pictures/run-${theme.name}.svg written`);
  }
}
