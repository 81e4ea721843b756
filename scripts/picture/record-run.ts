/** Runs the commands of README.md's transcript on a terminal, and keeps what it shows. */
import { blocksOf, readTranscript } from '../../test/docs/blocks.ts';
import { asReadersSeeIt, type Stage } from '../../test/docs/stage.ts';

/** What continues a line of an answer, on a terminal that is too narrow for it. */
const CONTINUED = /\n {9,}(?=\S)/g;
/** Escape sequences that are not colours. */
const MOVES = /\\e\[(?![\d;]*m)[\d;?]*[A-Za-z]/g;

const ESCAPE = String.raw`\e`;

export interface RecordedRun {
  /** Commands and answers; the escape character is written as `\\e`. */
  readonly screen: string;
  readonly exitCodes: readonly (number | null)[];
}

/** Needs `script` of util-linux. */
export async function recordRun(stage: Stage): Promise<RecordedRun> {
  const [transcript = ''] = blocksOf('README.md', 'console');
  const exitCodes: (number | null)[] = [];
  let screen = '';
  for (const command of readTranscript(transcript).commands) {
    // A reader has ~/.local/bin on PATH.
    const home =
      'export TERM=xterm-256color LC_ALL=C.UTF-8 PATH="$HOME/.local/bin:$PATH"; mkdir -p ~/.local/bin';
    const words = ['--quiet', '--return', '--command', `${home}; stty cols 100; ${command}`, '/dev/null'];
    const { stdout, exitCode } = await stage.exec('script', words);
    exitCodes.push(exitCode);
    const shown = lastScreen(stdout.replaceAll('\r\n', '\n').replaceAll('\u{1b}', ESCAPE)).replaceAll(
      CONTINUED,
      ' ',
    );
    screen += `$ ${command}\n${asReadersSeeIt(stage, shown)}`;
  }
  return { screen, exitCodes };
}

/** What is left when the progress, which is drawn over itself, is gone. */
function lastScreen(output: string): string {
  const end = `${ESCAPE}[0J`;
  const cleared = output.lastIndexOf(end);
  return (cleared === -1 ? output : output.slice(cleared + end.length)).replaceAll(MOVES, '');
}
