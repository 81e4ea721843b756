import { type Client, usingClient } from './client.ts';
import { auditRelease } from './flow/audit-release.ts';
import { assertCanWriteTo, writeAudit } from './flow/audit-write.ts';
import { corroborate, noteOnOthers } from './flow/corroborate.ts';
import {
  countFiles,
  describeFile,
  keptByFile,
  preparedOf,
  releaseNotes,
  unsignedByDesign,
  worstError,
} from './flow/audit-result.ts';
import { keepAllEvidence } from './flow/kept-evidence.ts';
import { openTrust } from './flow/open-trust.ts';
import type { ReleaseInput } from './plan/input.ts';
import { planAudit } from './plan/plan-audit.ts';
import { underPolicy } from './plan/policy-of.ts';
import { readCorroborations } from './plan/read-corroborations.ts';
import { readAudit } from './plan/read-released.ts';
import type { AuditRequest } from './plan/audit-request.ts';
import { formatReleaseVersion } from './release/version.ts';
import type { ReleaseAudit } from './release-result.ts';

/**
 * Audits a release: proves by digest everything in it that is signed, compares what the release says of itself, and says
 * what is missing, unsigned, or not what it should be. Nothing of an artifact is downloaded, unless you ask for that.
 *
 * A file that fails is a result, and no error: look at `error` of the result, which is absent if all is well.
 *
 * @param client default: one that is made and closed for this call.
 * @throws K8sVerifyError that is about the whole run: a release that is not there, or that the policy forbids; a trusted root
 *   that cannot be used; a directory that cannot be written.
 */
export async function release(input: ReleaseInput, client?: Client): Promise<ReleaseAudit> {
  const request = readAudit(input);
  return usingClient(client, (one) => auditOf(request, one));
}

/** The same for a request that is read already. */
export async function auditOf(given: AuditRequest, client: Client): Promise<ReleaseAudit> {
  const startedAt = client.clock.now().toISOString();
  const request = await underPolicy(given, client);
  const { signal, writeTo } = request;
  if (writeTo !== undefined) await assertCanWriteTo(writeTo);
  const plan = await planAudit(request, client);
  const recorded = await readCorroborations(request.corroborate, plan.version);
  const trust = await openTrust(request, client, signal);
  try {
    const audited = await auditRelease(plan, request, client, trust);
    const prepared = preparedOf(audited.files);
    const kept = keptByFile(prepared, await keepAllEvidence([...prepared.keys()], client.data));
    await trust.finish();
    const placed =
      writeTo === undefined ? undefined : await writeAudit(writeTo, audited.files, audited.manifest, signal);
    const results = await Promise.all(
      audited.files.map((file) => describeFile(file, audited.manifest, kept)),
    );
    const { compared } = audited;
    const corroborated = recorded.map((one) => corroborate(one, audited.files, plan));
    const error = worstError(results, compared);
    return {
      schemaVersion: 1,
      release: formatReleaseVersion(plan.version),
      startedAt,
      results,
      compared,
      corroborated,
      unsignedByDesign: unsignedByDesign(),
      summary: countFiles(results),
      ...(placed === undefined ? {} : { written: placed.written }),
      notes: [
        ...releaseNotes(results, compared, plan),
        ...noteOnOthers(corroborated),
        ...audited.notes,
        ...(placed?.notes ?? []),
      ],
      ...(error === undefined ? {} : { error }),
    };
  } catch (error) {
    trust.drop();
    await trust.current().catch(() => undefined);
    throw error;
  }
}
