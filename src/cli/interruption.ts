/** Ctrl-C and SIGTERM, as an AbortSignal. */

export interface Interruption {
  readonly signal: AbortSignal;
  /** Gives the signals back to Node. */
  release(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const INTERRUPTED_EXIT_CODE = 130;
/** An interrupted process ends by itself within this many milliseconds, on a busy machine too, unless something holds it. */
const LINGERING_MS = 1000;

/** The first one asks the run to stop and clean up; the second one ends the process at once. */
export function listenForInterruption(): Interruption {
  const controller = new AbortController();
  const release = (): void => {
    for (const name of SIGNALS) process.removeListener(name, onSignal);
    if (controller.signal.aborted) setTimeout(endIfInterrupted, LINGERING_MS).unref();
  };
  const onSignal = (): void => {
    if (controller.signal.aborted) {
      release();
      endAtOnce();
    }
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return { signal: controller.signal, release };
}

/** A run that was too far along to be stopped has another exit code. */
function endIfInterrupted(): void {
  if (process.exitCode === INTERRUPTED_EXIT_CODE) endAtOnce();
}

/**
 * Ends by the signal itself, which a shell also shows as 130. `process.exit` waits for the threads of the process, and a
 * DNS look-up may hold one of them for long, or a pipe without a writer for ever.
 */
function endAtOnce(): never {
  if (process.platform !== 'win32') process.once('exit', () => process.kill(process.pid, 'SIGINT'));
  process.exit(INTERRUPTED_EXIT_CODE);
}
