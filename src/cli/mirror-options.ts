/** The options of `mirror` alone. */
import type { CliOption } from './option.ts';
import { EVIDENCE, option, WHERE_TO } from './option-groups.ts';

export const to = (): CliOption =>
  option(WHERE_TO, '--to <DIR>', 'the directory to fill; made if it is missing');

export const check = (): CliOption =>
  option(
    WHERE_TO,
    '--check <DIR>',
    'prove everything in DIR again, without a network; it names no component',
  ).conflicts(['to', 'prune', 'evidenceOnly', 'platform', 'allPlatforms', 'forgetName']);

export const prune = (): CliOption =>
  option(WHERE_TO, '--prune', 'remove what earlier runs have put there and this one does not ask for');

export const evidenceOnly = (): CliOption =>
  option(
    EVIDENCE,
    '--evidence-only',
    'fetch no files: bundles, release manifests, SHA256SUMS, and feeds for bots in DIR/feed',
  );
