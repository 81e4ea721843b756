/** The command line of `list`. */
import { excerpt } from '../text/excerpt.ts';
import { RequestError } from '../errors.ts';
import type { NetworkRequest } from '../plan/request.ts';
import type { CommandLine } from './command-line.ts';
import { readsAsVersion } from './install-arguments.ts';
import { readNetwork } from './shared-arguments.ts';

export interface ListArguments extends NetworkRequest {
  readonly version: string;
  /** Empty for every platform. */
  readonly platforms: readonly string[];
}

/** @throws RequestError `usage` */
export function readListArguments(line: CommandLine): ListArguments {
  const [version = 'stable', more] = line.operands;
  if (more !== undefined || !readsAsVersion(version)) {
    const message = more === undefined ? `${excerpt(version)} is not a version` : 'list takes one version';
    throw new RequestError('usage', message, {
      expected: 'v1.30.2, 1.30, stable, latest, or nothing for stable',
      found: line.operands.map((operand) => excerpt(operand)).join(', '),
      advice: 'for example: k8s-verify list v1.30.2 --platform linux/arm64; it lists every component',
    });
  }
  return { version, platforms: line.values.get('platform') ?? [], ...readNetwork(line) };
}
