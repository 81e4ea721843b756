/** The command line of `verify`, made into a request. No work is done here, so that a table can test it. */
import { basename } from 'node:path';
import { excerpt } from '../text/excerpt.ts';
import { RequestError } from '../errors.ts';
import type { VerifyRequest } from '../plan/request.ts';
import type { CommandLine } from './command-line.ts';
import { readOwnRelease } from './own-release.ts';
import { outputDirectory, readExtract, readNetwork, readTrust, theValue } from './shared-arguments.ts';

/** Everything of a {@link VerifyRequest} that the command line says; the key is still a file name. */
export interface VerifyArguments extends Omit<VerifyRequest, 'publicKeyPem' | 'signal'> {
  readonly keyFile?: string;
}

type Subject = VerifyRequest['subject'];
type EvidenceSource = VerifyRequest['evidence'];

/**
 * @param repository `owner/name` of k8s-verify's own repository, where the build was told; for tests
 * @throws RequestError `usage` where the words contradict each other.
 */
export function readVerifyArguments(line: CommandLine, repository?: string): VerifyArguments {
  const subject = readSubject(line);
  const evidence = readEvidence(line, subject);
  const ownRelease = readOwnRelease(line, repository);
  const trust = readTrust(line);
  const keyFile = theValue(line, 'key');
  if (keyFile !== undefined && trust.identity !== undefined) {
    throw new RequestError('usage', '--key and --certificate-identity contradict each other', {
      expected: 'a key that must have signed, or an identity whose certificate must have',
      found: 'both',
      advice: 'leave out the one that does not apply to this signature',
    });
  }
  return {
    subject,
    evidence,
    ...readPredicateType(line, evidence),
    ...readArchive(line, subject),
    ...readSaveBundle(line, subject, evidence),
    ...(keyFile === undefined ? {} : { keyFile }),
    ...trust,
    ...ownRelease,
    ...readNetwork(line),
  };
}

/** The options whose value need not be there, so that they take a file in front of which they stand. */
const SWALLOWING = [
  ['extract', 'a member to unpack'],
  ['k8s-verify-release', 'a version of k8s-verify'],
] as const;

function readSubject(line: CommandLine): Subject {
  const { operands } = line;
  const [word, more] = operands;
  if (word === undefined || word === '') {
    const [option, as] = SWALLOWING.find(([name]) => theValue(line, name) !== undefined) ?? [];
    throw new RequestError('usage', 'nothing is named to verify', {
      expected: 'a file, or sha256: and 64 hex digits',
      found:
        option === undefined
          ? 'nothing'
          : `--${option} took ${excerpt(theValue(line, option) ?? '')} as ${as}`,
      advice:
        option === undefined
          ? 'for example: k8s-verify verify ./kubectl'
          : `write --${option} behind the file`,
    });
  }
  if (more !== undefined) {
    throw new RequestError('usage', 'one file is verified at a time', {
      expected: 'one file or digest',
      found: operands.map((operand) => excerpt(operand)).join(', '),
      advice: 'make one run for each; a signature is given with --signature, a bundle with --bundle',
    });
  }
  if (!word.startsWith('sha256:')) return { kind: 'file', path: word };
  const sha256 = word.slice('sha256:'.length).toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(sha256)) {
    throw new RequestError('usage', 'the digest is not a SHA-256', {
      expected: 'sha256: and 64 hex digits',
      found: excerpt(word, 80),
      advice: 'compute it with sha256sum; a file of that name is written ./sha256:...',
    });
  }
  return { kind: 'digest', sha256 };
}

function readEvidence(line: CommandLine, subject: Subject): EvidenceSource {
  const bundle = theValue(line, 'bundle');
  const signaturePath = theValue(line, 'signature');
  const certificatePath = theValue(line, 'certificate');
  const pair = signaturePath ?? certificatePath;
  if (bundle !== undefined && pair !== undefined) {
    throw new RequestError('usage', '--bundle and a detached signature contradict each other', {
      expected: '--bundle, or --signature with --certificate',
      found: 'both',
      advice: 'leave out the others: the bundle holds signature and certificate already',
    });
  }
  if (bundle !== undefined) return { kind: 'bundle', path: bundle };
  if (pair !== undefined) return readPair(signaturePath, certificatePath, line);
  if (subject.kind === 'digest') {
    throw new RequestError('usage', 'a digest alone has no evidence beside it', {
      expected: '--bundle FILE, or --signature FILE with --certificate FILE',
      found: 'none of them',
      advice: 'name the evidence for that digest',
    });
  }
  return { kind: 'beside' };
}

function readPair(
  signaturePath: string | undefined,
  certificatePath: string | undefined,
  line: CommandLine,
): EvidenceSource {
  if (signaturePath !== undefined && certificatePath !== undefined) {
    return { kind: 'detached', signaturePath, certificatePath };
  }
  const [given, missing] =
    certificatePath === undefined ? ['--signature', '--certificate'] : ['--certificate', '--signature'];
  throw new RequestError('usage', `${given} needs ${missing} beside it`, {
    expected: '--signature FILE with --certificate FILE',
    found: `${given} alone`,
    advice: line.values.has('key')
      ? 'a signature by a key of your own is verified from its bundle: --bundle FILE --key FILE'
      : `add ${missing}; Kubernetes publishes both, as kubectl.sig and kubectl.cert`,
  });
}

function readPredicateType(
  line: CommandLine,
  evidence: EvidenceSource,
): Pick<VerifyArguments, 'predicateTypes'> {
  const predicateType = theValue(line, 'predicate-type');
  if (predicateType === undefined) return {};
  if (!URL.canParse(predicateType) || !/^[\x21-\x7e]+$/.test(predicateType)) {
    throw new RequestError('usage', `${excerpt(predicateType)} is not a predicate type`, {
      expected: '--predicate-type with a whole URI',
      found: excerpt(predicateType),
      advice: 'write for example --predicate-type https://slsa.dev/verification_summary/v1',
    });
  }
  if (evidence.kind === 'detached') {
    throw new RequestError('usage', '--predicate-type and --signature contradict each other', {
      expected: 'a bundle, which can hold a statement',
      found: 'a detached signature, which is over the file itself',
      advice: 'name the bundle with --bundle, or leave out --predicate-type',
    });
  }
  return { predicateTypes: [predicateType] };
}

function readArchive(line: CommandLine, subject: Subject): Pick<VerifyArguments, 'archive'> {
  const { extract } = readExtract(line);
  const output = theValue(line, 'output');
  const listed = line.switches.has('list');
  if (listed && extract !== undefined) {
    throw new RequestError('usage', '--list and --extract contradict each other', {
      expected: 'to see what the tarball holds, or to unpack it',
      found: 'both',
      advice: 'leave out one of them',
    });
  }
  if (output !== undefined && extract === undefined) {
    throw new RequestError('usage', '--output has nothing to write', {
      expected: '--extract beside it',
      found: '--output alone',
      advice: 'verify leaves the file where it is; to install from a release, use k8s-verify install',
    });
  }
  if (listed) return { archive: { kind: 'list' } };
  if (extract === undefined) return {};
  const into = output === undefined ? defaultTarget(subject) : outputDirectory(output);
  return { archive: { kind: 'extract', into, members: extract.members } };
}

/** The archive's name without its ending, in the working directory. */
function defaultTarget(subject: Subject): string {
  const name = subject.kind === 'file' ? basename(subject.path) : '';
  const bare = name.replace(/\.(?:tar\.gz|tgz|tar)$/, '');
  if (bare !== name && bare !== '') return bare;
  throw new RequestError('usage', 'it is not clear what directory to unpack into', {
    expected: 'a file whose name ends with .tar.gz, .tgz or .tar, or --output DIR',
    found: excerpt(name),
    advice: 'name the directory with --output',
  });
}

function readSaveBundle(
  line: CommandLine,
  subject: Subject,
  evidence: EvidenceSource,
): Pick<VerifyArguments, 'saveBundlePath'> {
  if (!line.switches.has('save-bundle')) return {};
  if (subject.kind === 'digest') {
    throw new RequestError('usage', '--save-bundle needs a file to save the bundle beside', {
      expected: 'a file to verify',
      found: 'a digest',
      advice: 'verify the file itself, or leave out --save-bundle',
    });
  }
  if (evidence.kind === 'bundle') {
    throw new RequestError('usage', '--save-bundle and --bundle contradict each other', {
      expected: 'a detached signature, of which a bundle can be made',
      found: 'a bundle already',
      advice: 'copy the bundle, or leave out --save-bundle',
    });
  }
  return { saveBundlePath: `${subject.path}.sigstore.json` };
}
