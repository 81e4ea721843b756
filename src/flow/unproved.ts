/** What is said of a file or a digest that no evidence proves. */
import {
  type JudgedSubject,
  K8sVerifyError,
  RequestError,
  UnavailableError,
  UntrustedError,
} from '../errors.ts';
import { formatName } from '../names/bind-name.ts';
import { builderOf, saidParts } from '../names/builders.ts';
import type { ReleaseArtifact } from '../release/artifact.ts';
import { describeSignedReleases } from '../release/signer.ts';
import { formatReleaseVersion, type ReleaseVersion } from '../release/version.ts';
import type { UnaidedSubject } from './unaided-subject.ts';

/** The error with what it is about; one that is not ours stays as it is. */
export function withSubject(error: unknown, subject: JudgedSubject): unknown {
  if (!(error instanceof K8sVerifyError) || error.code === 'interrupted') return error;
  return error.with({ subject: { ...error.subject, ...subject } });
}

/** Another digest is proved for the name that it claims. */
export function anotherDigest(
  { what, sha256, said, isKubernetes }: UnaidedSubject,
  artifact: ReleaseArtifact,
  proven: { readonly digest: string; readonly from: string },
): UntrustedError {
  const name = formatName(artifact);
  const signer = isKubernetes ? 'Kubernetes' : 'the signer';
  return new UntrustedError('digest-mismatch', `${what} is not the ${name} that ${signer} signed`, {
    check: 'digest',
    wanted: proven.digest,
    found: `sha256:${sha256}`,
    from: proven.from,
    why:
      said === undefined
        ? `${name} was asked for; this is another file, or it was changed`
        : `it says that it is ${name}; it was changed, or built by someone else`,
    next: `get the released file: k8s-verify ${artifact.component} ${formatReleaseVersion(artifact.version)}`,
  });
}

/** Kubernetes signed nothing of that release. */
export function beforeSigning({ what, said }: UnaidedSubject, version: ReleaseVersion): UntrustedError {
  const release = formatReleaseVersion(version);
  return new UntrustedError('signature-not-published', `nothing of Kubernetes ${release} is signed`, {
    wanted: `a file of a signed release: ${describeSignedReleases()}`,
    found: `${what}, which says that it is ${said === undefined ? release : formatName(said)}`,
    why: 'without a signature it is not known who made the file',
    next: 'use a release that is signed',
  });
}

/** Kubernetes has the very file, without a signature. */
export function withoutSignature(
  { what, sha256 }: UnaidedSubject,
  artifact: ReleaseArtifact,
  from: string,
): UntrustedError {
  const name = formatName(artifact);
  return new UntrustedError('signature-not-published', `no complete signature is published for ${name}`, {
    check: 'material',
    wanted: `${artifact.fileName}.sigstore.json, or ${artifact.fileName}.sig and ${artifact.fileName}.cert`,
    found: `none of them, and a checksum file with sha256:${sha256}, the digest of ${what}`,
    from,
    why: 'without a signature it is not known who made the file',
    next: 'a new release can take hours to be complete; try again, or take the next patch release',
  });
}

/** Its version has the mark of another builder. Malware can write one too, so that this says nothing good of it. */
export function byAnother({ what, said }: UnaidedSubject, markedVersion: string): UnavailableError {
  const builder = builderOf(markedVersion);
  const who = builder === undefined ? 'another builder' : builder;
  return new UnavailableError('other-builder', `${what} is not a build of Kubernetes' own releases`, {
    wanted: 'a file that the signer of the Kubernetes releases signed',
    found: `it says that it is ${said?.component ?? ''} ${markedVersion}, with the mark of ${who}; nothing proves it`,
    why: 'anyone can write such a mark into a file; only its builder can say whether it is theirs',
    next: 'ask its builder for a signature or a digest, and hold the file against that',
  });
}

/** With a network it could be looked for. */
export function offline(
  { what, sha256, file }: UnaidedSubject,
  cause: K8sVerifyError | undefined,
): UnavailableError {
  return new UnavailableError('offline', `there is no evidence for ${what} on this machine`, {
    wanted: `evidence for sha256:${sha256}`,
    // Evidence of other files may lie in a lockfile or mirror that is named.
    found: `none of it ${file === undefined ? '' : 'next to the file, '}in what earlier runs kept, or in what the command names`,
    next: 'make the same run with a network, or name the evidence with --bundle',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** @param asked what each place said that was asked. */
export function notFound(
  { what, said, bytes, isKubernetes }: UnaidedSubject,
  {
    nearby,
    asked,
  }: { readonly nearby: K8sVerifyError | undefined; readonly asked: readonly (string | undefined)[] },
): UnavailableError {
  const { component, version } = saidParts(said);
  const claim =
    said === undefined
      ? 'it does not say what it is'
      : `it says that it is ${formatName(said)}, which nothing proves`;
  const found = [
    ...(bytes === undefined ? [] : [claim]),
    ...(nearby instanceof RequestError && nearby.found !== undefined ? [`next to it: ${nearby.found}`] : []),
    ...asked.filter((one) => one !== undefined),
  ];
  const other = nearby?.next?.startsWith('name the file') === true ? nearby.next : undefined;
  const next =
    component === undefined || version === undefined
      ? 'name its evidence: --bundle FILE, or --signature FILE --certificate FILE'
      : `get the released file: k8s-verify ${component} ${version}`;
  const signer = isKubernetes ? 'the signer of the Kubernetes releases' : 'the signer that was asked for';
  return new UnavailableError('evidence-not-found', `nothing was found that shows who signed ${what}`, {
    wanted: `a signature by ${signer}`,
    ...(found.length === 0 ? {} : { found: found.join('; ') }),
    why: 'the index of the log does not have every signing, so that this is no verdict on the file',
    next: other ?? next,
    ...(nearby === undefined ? {} : { cause: nearby }),
  });
}
