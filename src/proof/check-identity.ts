/** The one place where the signer is compared with the policy. */
import { UntrustedError } from '../errors.ts';
import type { Policy } from '../policy/policy.ts';
import { releaseTagOf, workflowAtTag } from '../policy/release-workflow.ts';
import type { CertificateIdentity } from '../release/signer.ts';
import { excerpt } from '../text/excerpt.ts';
import type { SigningCertificate, SubjectAlternativeName } from './certificate.ts';
import type { Proof } from './proof.ts';

/**
 * 4.3: "The Verifier MUST then check the certificate against the verification policy." There is exactly one subject
 * alternative name, of the same type as the expected one. The name and the issuer both equal one of the accepted
 * pairs in full. For a release workflow only the tag may vary, and it must be a version.
 */
export function checkIdentity({ policy, signer }: Proof): void {
  // openProof accepts a managed key only if the policy names one; a certificate needs a policy with identities.
  if (signer.kind !== 'certificate') return;
  const { name, issuer } = readIdentity(signer.certificate);
  if (isAccepted(policy, name, issuer)) return;
  throw refused(
    'the file was signed by another signer',
    describeAccepted(policy) || 'no one: the policy accepts no identity',
    `${describe({ subjectAlternativeName: name.value, issuer })}${oddType(name)}`,
  );
}

function isAccepted(policy: Policy, name: SubjectAlternativeName, issuer: string): boolean {
  switch (policy.kind) {
    case 'certificate-identity':
      return policy.identities.some(
        ({ subjectAlternativeName, issuer: expected }) =>
          name.value === subjectAlternativeName &&
          name.type === typeOfName(subjectAlternativeName) &&
          issuer === expected,
      );
    case 'release-workflow':
      return (
        releaseTagOf(name.value, policy) !== undefined && name.type === 'uri' && issuer === policy.issuer
      );
    case 'managed-key':
      return false;
  }
}

function describeAccepted(policy: Policy): string {
  switch (policy.kind) {
    case 'certificate-identity':
      return policy.identities.map(describe).join(' or ');
    case 'release-workflow':
      return describe({
        subjectAlternativeName: workflowAtTag(policy.workflow, 'v<major>.<minor>.<patch>'),
        issuer: policy.issuer,
      });
    case 'managed-key':
      return '';
  }
}

/** @throws UntrustedError `identity-mismatch` if the certificate does not name exactly one signer and one issuer. */
export function readIdentity(certificate: SigningCertificate): {
  readonly name: SubjectAlternativeName;
  readonly issuer: string;
} {
  const [name, ...otherNames] = certificate.subjectAlternativeNames;
  const [issuer, second] = certificate.issuers;
  if (name === undefined || otherNames.length > 0) {
    throw refused(
      'the certificate does not name exactly one signer',
      'exactly one subject alternative name',
      shown(certificate.subjectAlternativeNames.map(({ value }) => value).join(', ')) || 'none',
    );
  }
  if (issuer === undefined || (second !== undefined && second !== issuer)) {
    throw refused(
      'the certificate does not name exactly one OIDC issuer',
      'one OIDC issuer; if extensions 1.3.6.1.4.1.57264.1.8 and .1.1 are both present, the same in both',
      shown(certificate.issuers.join(', ')) || 'none',
    );
  }
  return { name, issuer };
}

/**
 * An e-mail address in the place of a URI is another identity: a person who can choose one may not be able to choose
 * the other.
 */
function typeOfName(name: string): SubjectAlternativeName['type'] {
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(name)) return 'uri';
  return name.includes('@') ? 'email' : 'username';
}

function describe({ subjectAlternativeName, issuer }: CertificateIdentity): string {
  return `${shown(subjectAlternativeName)} vouched for by ${shown(issuer)}`;
}

/**
 * Added to the message if the type of the name makes the difference, for example an e-mail address in the place of a
 * URI.
 */
function oddType({ value, type }: SubjectAlternativeName): string {
  return type === typeOfName(value) ? '' : `, a name of type ${type}`;
}

/** Names contain no control characters, so they can be shown as they are. Very long ones are cut. */
function shown(name: string): string {
  return name.length > MAX_SHOWN ? excerpt(name, MAX_SHOWN) : name;
}

const MAX_SHOWN = 300;

function refused(message: string, wanted: string, found: string): UntrustedError {
  return new UntrustedError('identity-mismatch', message, {
    check: 'identity',
    wanted,
    found,
    why: 'a signature only proves who signed, and anyone can sign in their own name',
  });
}
