/** The `version` command, and `--version`. */
import { VERSION } from '../text/version.ts';
import type { Answer } from './console.ts';
import type { JsonAnswer } from './output-json.ts';

/** A terminal's reader is told what it is the version of; a program gets the version alone. */
export function versionText(number: string, isTerminal: boolean): string {
  return isTerminal ? `k8s-verify ${number}\n` : `${number}\n`;
}

export function version(): Promise<Answer> {
  return Promise.resolve({
    text: versionText(VERSION, process.stdout.isTTY),
    json: {
      schemaVersion: 1,
      command: 'version',
      ok: true,
      exitCode: 0,
      version: VERSION,
    } satisfies JsonAnswer & {
      readonly version: string;
    },
  });
}
