/** The `scan` command: Kubernetes programs are found, and each is proved. */
import { RequestError } from '../errors.ts';
import { readAllowedDigests } from '../plan/allowed-digests.ts';
import type { ScannedMachine } from '../flow/scan-machine.ts';
import type { ScanRequest } from '../plan/scan-request.ts';
import type { ScanCounts } from '../report/report-data.ts';
import type { ScanSummary } from '../flow/scan-run.ts';
import { scanMachine } from '../scan.ts';
import { worstOf } from '../verdict.ts';
import type { Answer, Console } from './console.ts';
import { takeLessMemory } from './engine.ts';
import type { Invocation } from './invocation.ts';
import type { JsonAnswer } from './output-json.ts';
import { type ParsedLine, readNetwork, readTransport, readTrust } from './parsed-line.ts';
import { jsonOf, ScanTally, tsvOf } from './scan-result.ts';
import type { Scanned } from './scan-metrics.ts';
import { scanFailureText, scanTable } from './scan-text.ts';
import { withClient } from './with-client.ts';
import { withEvidence } from './with-evidence.ts';

/** Proves each program that is found; one that fails ends no other. */
export async function scan(line: ParsedLine, output: Console): Promise<Answer> {
  takeLessMemory();
  const metrics = output.metrics();
  if (metrics === undefined) return (await scanned(line, output)).answer;
  return metrics.around(() => scanned(line, output));
}

async function scanned(line: ParsedLine, output: Console): Promise<Scanned> {
  const request = await readScan(line);
  const { json, jsonLines } = line.options;
  const tally = new ScanTally(json === true ? 'whole' : jsonLines === true ? 'none' : 'slim');
  const summary = await withClient(readTransport(line.options), output, async (client, signal) =>
    scanMachine({ ...request, signal }, await withEvidence(client, line.options), (program) => {
      output.result(() => jsonOf(program, output.invocation()));
      if (jsonLines === true) output.line(JSON.stringify(jsonOf(program, output.invocation())));
      output.attest({ ...program, asked: program.path });
      tally.add(program);
    }),
  );
  if (tally.counts.found === 0 && request.paths.length > 0) throw nothingFound(request.paths);
  const answer = answerOf(tally, summary, output.invocation(), jsonLines === true);
  const { unread, processes } = summary.machine;
  return { answer, tally, unread: unread.count + (processes?.unread ?? 0) };
}

/** @throws RequestError */
async function readScan({ operands, options }: ParsedLine): Promise<ScanRequest> {
  const { root, processes, oneFileSystem, allowVendor, allowDigest } = options;
  if (operands.includes('')) {
    throw new RequestError('usage', 'a PATH is empty', {
      wanted: 'a file or a directory',
      found: 'nothing between two quotes',
      next: 'look for a variable that is not set',
    });
  }
  return {
    paths: operands,
    ...(root === undefined ? {} : { root }),
    processes: processes === true,
    oneFileSystem: oneFileSystem === true,
    allowedBuilders: allowVendor ?? [],
    allowedDigests: allowDigest === undefined ? new Map() : await readAllowedDigests(allowDigest),
    ...readTrust(options),
    ...readNetwork(options),
  };
}

interface ScanJson extends JsonAnswer {
  readonly results: readonly object[];
  readonly summary: ScanCounts;
  readonly machine: ScannedMachine;
}

function answerOf(
  tally: ScanTally,
  { machine, notes }: ScanSummary,
  invocation: Invocation,
  isStreamed: boolean,
): Answer {
  const { programs, told, counts, policies } = tally;
  const worst = worstOf(tally.failures);
  const resultsOf = (about: Invocation): readonly object[] => programs.map((one) => jsonOf(one, about));
  const report: ScanJson = {
    schemaVersion: 1,
    command: 'scan',
    ok: true,
    exitCode: 0,
    results: resultsOf(invocation),
    summary: counts,
    machine,
  };
  return {
    policies: [...policies.values()],
    notes,
    isAudit: true,
    text: isStreamed ? '' : told.map(tsvOf).join(''),
    ...(isStreamed
      ? {}
      : { shown: (style) => scanTable(told, worst === undefined ? counts : undefined, style) }),
    json: report,
    failed:
      worst === undefined
        ? undefined
        : {
            error: worst.error,
            artifacts: resultsOf,
            more: { summary: counts, machine },
            text: (style, about) => scanFailureText(tally, worst, style, about),
          },
  };
}

function nothingFound(paths: readonly string[]): RequestError {
  return new RequestError('artifact-not-found', 'no Kubernetes program was found', {
    wanted: `a Kubernetes program below ${paths.join(', ')}`,
    found: 'none',
    next: 'check the paths; without any, the usual places are looked at: k8s-verify scan',
  });
}
