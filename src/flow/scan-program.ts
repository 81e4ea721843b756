/** One program of a scan: whether it is one of Kubernetes', and what is proved of it. */
import type { Client } from '../client.ts';
import { K8sVerifyError, UntrustedError } from '../errors.ts';
import { localFileOf, type OpenLocalFile, sharedFile } from '../files/local-file.ts';
import { builderOf, markedRelease } from '../names/builders.ts';
import { componentOfFileName } from '../names/file-name.ts';
import type { VerifyRequest } from '../plan/request.ts';
import type { ScanRequest } from '../plan/scan-request.ts';
import type { Policy } from '../policy/policy.ts';
import type { ArtifactResult } from '../result.ts';
import type { FoundFile } from '../disk/find-files.ts';
import type { HashedAhead } from '../disk/hashed-ahead.ts';
import { type FailedVerdict, verdictOf } from '../verdict.ts';
import { ableToJudge } from './able-to-judge.ts';
import { finishRun } from './finish-run.ts';
import { nameFailure } from './name-failure.ts';
import { prepareLocal } from './prepare-local.ts';
import type { ManifestOf } from './run-manifest.ts';
import { openLogMemory } from './run-log-memory.ts';
import type { RunTrust } from './run-trust.ts';
import type { Standing } from './scan-machine.ts';

/** A Kubernetes program that was found, or a file that has the name of one. */
export type ScannedProgram = {
  /** Absolute; of what runs and is gone, where it was. */
  readonly path: string;
  /** Of the processes that run it. */
  readonly pids: readonly number[];
  /** Its file is gone, and it still runs. */
  readonly isDeleted: boolean;
} & Standing &
  (
    | { readonly kind: 'proved'; readonly artifact: ArtifactResult }
    | {
        readonly kind: 'failed';
        readonly verdict: FailedVerdict;
        readonly error: K8sVerifyError;
        /** Why it does not make the run fail all the same. */
        readonly allowed?: { readonly by: 'vendor' | 'digest'; readonly reason: string };
      }
  );

/** What the programs of a scan have in common. */
export interface ScanContext {
  readonly request: ScanRequest;
  /** It reports nothing: what is told of one file is in its result. */
  readonly client: Client;
  readonly policy: Policy;
  readonly trust: RunTrust;
  readonly manifestOf: ManifestOf;
}

/**
 * @param file its name is that by which it was found.
 * @param opened stays open.
 * @param hashed what a thread found out of it.
 */
export async function judgeProgram(
  { path, name, openNear }: FoundFile,
  opened: OpenLocalFile,
  hashed: () => Promise<HashedAhead | undefined>,
  context: ScanContext,
): Promise<ScannedProgram> {
  const at = { path, pids: [], isDeleted: false };
  const held = {
    open: () => Promise.resolve(sharedFile(opened)),
    hashed,
    openNear: async (suffix: string) => {
      const near = await openNear(suffix);
      return near === undefined ? undefined : localFileOf(near);
    },
  };
  try {
    const artifact = await ableToJudge(() => prove({ kind: 'file', path, held }, context));
    assertOwnName(path, name, artifact);
    return { ...at, kind: 'proved', artifact };
  } catch (error) {
    return { ...at, ...failed(nameFailure(error, path), context) };
  }
}

async function prove(subject: VerifyRequest['subject'], context: ScanContext): Promise<ArtifactResult> {
  const { request, client, policy, trust, manifestOf } = context;
  const { sources, rekorUrl, signal } = request;
  const one: VerifyRequest = {
    subject,
    evidence: { kind: 'beside' },
    ...(sources === undefined ? {} : { sources }),
    ...(rekorUrl === undefined ? {} : { rekorUrl }),
    ...(signal === undefined ? {} : { signal }),
  };
  const logMemory = openLogMemory(one, client);
  const shared = { manifestOf, asksOn: true };
  const prepared = [await prepareLocal(one, client, policy, trust, logMemory, shared)];
  const [artifact] = (await finishRun(prepared, one, client, logMemory)).artifacts;
  if (artifact === undefined) throw new TypeError('nothing was said of the file');
  return artifact;
}

/** A genuine file under the name of another component: what starts it by that name gets something else. */
function assertOwnName(
  path: string,
  name: string,
  { component, version, platform, sha256 }: ArtifactResult,
): void {
  const said = componentOfFileName(name);
  if (said === undefined || component === undefined || said === component) return;
  throw new UntrustedError('name-mismatch', `${path} is ${component}, and has the name of ${said}`, {
    wanted: said,
    found: `${[component, version, platform].filter((part) => part !== undefined).join(' ')}, genuine`,
    why: 'what starts it by its name gets another program',
    next: `get the one that you want: k8s-verify ${[said, version].filter((word) => word !== undefined).join(' ')}`,
    subject: {
      sha256,
      component,
      ...(version === undefined ? {} : { version }),
      ...(platform === undefined ? {} : { platform }),
    },
  });
}

type FailedProgram = Omit<
  Extract<ScannedProgram, { readonly kind: 'failed' }>,
  'path' | 'pids' | 'isDeleted' | keyof Standing
>;

/** @throws the error itself where it is about the whole run. */
function failed(error: unknown, { request, policy }: ScanContext): FailedProgram {
  const verdict = error instanceof K8sVerifyError ? verdictOf(error) : undefined;
  if (!(error instanceof K8sVerifyError) || verdict === undefined) throw error;
  const allowed = allowedBy(verdict, error, request);
  if (allowed === undefined) return { kind: 'failed', verdict, error };
  const why = forbiddenBy(policy, error);
  return why === undefined
    ? { kind: 'failed', verdict, error, allowed }
    : { kind: 'failed', verdict, error: error.with({ why }) };
}

/** Why the policy file forbids to let it pass. */
function forbiddenBy({ rules }: Policy, { subject }: K8sVerifyError): string | undefined {
  const { sha256, component, version } = subject ?? {};
  return rules?.unprovedForbidden({
    sha256,
    component,
    version: version === undefined ? undefined : markedRelease(version),
  });
}

function allowedBy(
  verdict: FailedVerdict,
  { subject }: K8sVerifyError,
  { allowedBuilders, allowedDigests }: ScanRequest,
): { readonly by: 'vendor' | 'digest'; readonly reason: string } | undefined {
  // What the policy file forbids is not for an option to allow.
  if (subject === undefined || verdict === 'not-allowed') return undefined;
  const reason = subject.sha256 === undefined ? undefined : allowedDigests.get(subject.sha256);
  if (reason !== undefined) return { by: 'digest', reason };
  const builder =
    verdict === 'other-builder' && subject.version !== undefined ? builderOf(subject.version) : undefined;
  if (builder === undefined || !allowedBuilders.includes(builder)) return undefined;
  return { by: 'vendor', reason: builder };
}
