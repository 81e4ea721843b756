/** What a scan decides, each with something else in its place. */
import type { DecisionMutation } from './decisions.ts';

const RUN = 'flow/scan-run.ts';
const MACHINE = 'flow/scan-machine.ts';
const PROGRAM = 'flow/scan-program.ts';
const MEASURED = 'disk/verified-artifact.ts';
const LINE = 'flow/judging-line.ts';

export const SCAN_MUTATIONS: readonly DecisionMutation[] = [
  // What is let pass stays what it is.
  { file: PROGRAM, from: '!allowedBuilders.includes(builder)', to: 'false' },
  { file: PROGRAM, from: 'verdict, error, allowed }', to: 'verdict, error }' },
  { file: PROGRAM, from: 'return why === undefined', to: 'return true' },
  { file: PROGRAM, from: "|| verdict === 'not-allowed'", to: '' },
  { file: PROGRAM, from: 'assertOwnName(path, name, artifact);', to: '' },
  // What is looked at, and how often.
  { file: RUN, from: '(said === undefined || names.has(said))', to: 'true' },
  { file: RUN, from: 'names !== undefined && (said', to: 'false && (said' },
  { file: RUN, from: 'if (!hasName && !look.isKubernetes)', to: 'if (!hasName)' },
  { file: RUN, from: 'if (!hasName && !look.isKubernetes)', to: 'if (false)' },
  { file: RUN, from: 'running?.isDeleted === true', to: 'false' },
  { file: RUN, from: 'process?.pids ?? []', to: '[]' },
  // What is told of the whole.
  { file: RUN, from: 'this.#programs === 0 && this.#request', to: 'this.#request' },
  { file: RUN, from: 'this.#programs === 0 && this.#request.paths.length === 0', to: 'this.#programs === 0' },
  { file: RUN, from: 'await this.#tell(unreadProgram(this.#tree.path, new Error(text)));', to: '' },
  { file: RUN, from: 'if (isNamed && isDirectory)', to: 'if (false)' },
  { file: RUN, from: '!this.#goesOn() || this.#isJudged', to: 'this.#isJudged' },
  { file: MACHINE, from: 'this.#unread += 1;', to: '' },
  { file: RUN, from: 'if (unread > 0) {', to: 'if (false) {' },
  // What was hashed ahead is still what is there.
  { file: MEASURED, from: 'if (found !== proven.hex) throw writtenTo(path, proven, found);', to: '' },
  // In turn, and not after a failure.
  { file: LINE, from: 'await before;', to: '' },
  { file: LINE, from: 'if (this.#failure === undefined) await judge();', to: 'await judge();' },
  { file: LINE, from: 'this.#failure = { error };', to: '' },
];
