/** The command line of `list`. */
import { excerpt } from '../encoding/base64.ts';
import { RequestError } from '../errors.ts';
import type { NetworkRequest } from '../request.ts';
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
    throw new RequestError('usage', 'list takes one version at most', {
      expected: 'v1.30.2, 1.30, stable, latest or nothing',
      found: line.operands.map((operand) => excerpt(operand)).join(' '),
      advice: 'for example: k8s-verify list v1.30.2 --platform linux/arm64',
    });
  }
  return { version, platforms: line.values.get('platform') ?? [], ...readNetwork(line) };
}
