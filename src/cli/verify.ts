/** The `verify` command: its words made into a request, and the request carried out. */
import { access, constants } from 'node:fs';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { unreadableFile } from '../files/unreadable-file.ts';
import { RequestError } from '../errors.ts';
import { excerpt } from '../text/excerpt.ts';
import { MAX_PUBLIC_KEY_FILE_BYTES } from '../limits.ts';
import { readUpTo } from '../files/local-file.ts';
import { type ReleaseWorkflow, workflowAtTag } from '../policy/release-workflow.ts';
import { REPOSITORY } from '../text/repository.ts';
import { askedName } from '../plan/asked-name.ts';
import type { VerifyRequest } from '../plan/request.ts';
import { verifyFile } from '../verify.ts';
import type { Client } from '../client.ts';
import { assertLocalFile, readable } from '../disk/hash-file.ts';
import { nameOf } from '../flow/read-subject.ts';
import type { Note } from '../notes.ts';
import type { Answer, Console } from './console.ts';
import { type Judged, judgedBy } from './verdicts.ts';
import { withClient } from './with-client.ts';
import { withEvidence } from './with-evidence.ts';
import { ANY_RELEASE } from './option-values.ts';
import {
  type Options,
  outputDirectory,
  type ParsedLine,
  readExtract,
  readNames,
  readNetwork,
  readTransport,
  readTrust,
} from './parsed-line.ts';
import { verifyAnswer } from './proved-answer.ts';
import { assertFitsLine } from './result-path.ts';

/** Everything of a {@link VerifyRequest} that the command line says; the key is still a file name. */
export interface VerifyArguments extends Omit<VerifyRequest, 'publicKeyPem' | 'signal'> {
  readonly keyFile?: string;
}

type Subject = VerifyRequest['subject'];
type EvidenceSource = VerifyRequest['evidence'];

/** Proves each file or digest that the command line names: one that fails ends no other. */
export async function verify(line: ParsedLine, output: Console): Promise<Answer> {
  const { as: name } = line.options;
  if (name !== undefined) (await import('./component-words.ts')).refuseUnknown(name.component, line);
  const asked = readVerify(line);
  const [{ keyFile }] = asked;
  for (const { subject, archive } of asked) {
    if (archive?.kind === 'extract') assertFitsLine(line.options, archive.into);
    else if (subject.kind === 'file' && archive === undefined) assertFitsLine(line.options, subject.path);
  }
  const publicKeyPem = keyFile === undefined ? {} : { publicKeyPem: await readKey(keyFile) };
  const judged: Judged[] = [];
  const notes: Note[] = [];
  const told = new Set<string>();
  await withClient(readTransport(line.options), output, async (client, signal) => {
    const proving = await withEvidence(client, line.options);
    for (const { keyFile: _, ...request } of asked) {
      const one = await judge({ ...request, ...publicKeyPem, signal }, proving);
      const { operand } = one.judged;
      if (!told.has(operand)) output.attest({ ...one.judged, asked: operand });
      told.add(operand);
      judged.push(one.judged);
      notes.push(...one.notes);
    }
  });
  return verifyAnswer(judged, notes, line.options.offline === true);
}

/** @throws K8sVerifyError that is not about the file itself, and would end every other proof too. */
async function judge(
  request: VerifyRequest,
  client: Client,
): Promise<{ readonly judged: Judged; readonly notes: readonly Note[] }> {
  const { subject } = request;
  const operand = subject.kind === 'file' ? subject.path : nameOf(request);
  try {
    if (subject.kind === 'file') await assertReadable(subject.path);
    const { artifacts, notes } = await verifyFile(request, client);
    const [artifact] = artifacts;
    if (artifact === undefined) throw new TypeError(`nothing was said of ${operand}`);
    return { judged: { kind: 'proved', operand, artifact }, notes };
  } catch (error) {
    return { judged: judgedBy(error, operand), notes: [] };
  }
}

/** Whether it is a file that this user may read; what is in it is not looked at. */
async function assertReadable(path: string): Promise<void> {
  await assertLocalFile(path, 'once');
  await readable(path, promisify(access)(path, constants.R_OK));
}

/**
 * One request for each operand.
 *
 * @param repository `owner/name` of k8s-verify's own repository, where the build was told; for tests
 * @throws RequestError `usage` where the words contradict each other; no work is done here
 */
export function readVerify(
  { operands, options }: ParsedLine,
  repository?: string,
): readonly [VerifyArguments, ...VerifyArguments[]] {
  const [first, ...others] = operands;
  if (others.length > 0) refuseForSeveral(options);
  const read = (operand?: string): VerifyArguments => readOne(operand, options, repository);
  return [read(first), ...others.map((one) => read(one))];
}

/** Options whose value belongs to one file. */
const OF_ONE_FILE = ['as', 'bundle', 'signature', 'certificate', 'list', 'extract'] as const;

function refuseForSeveral(options: Options): void {
  const given = OF_ONE_FILE.find((name) => options[name] !== undefined);
  if (given === undefined) return;
  throw new RequestError('usage', `--${given} is for one file`, {
    wanted: `one file with --${given}`,
    found: 'several files',
    next: 'make one run for each; without these options the evidence next to each file counts',
  });
}

async function readKey(path: string): Promise<string> {
  const bytes = await readUpTo(path, MAX_PUBLIC_KEY_FILE_BYTES).catch((cause: unknown) => {
    throw unreadableFile(`the public key ${path}`, cause, {
      wanted: 'a PEM file with one public key',
      next: 'check the name after --key',
    });
  });
  if (bytes !== undefined) return Buffer.from(bytes).toString('utf8');
  throw new RequestError('file-not-readable', `${path} is too large for a public key`, {
    wanted: `at most ${MAX_PUBLIC_KEY_FILE_BYTES} bytes of PEM`,
    found: 'more',
    next: 'check the name after --key',
  });
}

function readOne(operand: string | undefined, options: Options, repository?: string): VerifyArguments {
  const subject = readSubject(operand);
  const evidence = readEvidence(options);
  return {
    subject,
    evidence,
    ...(options.as === undefined ? {} : { as: askedName(options.as) }),
    ...(options.predicateType === undefined ? {} : { predicateTypes: [options.predicateType] }),
    ...readArchive(options, subject),
    ...readSaveBundle(options, subject),
    ...(options.key === undefined ? {} : { keyFile: options.key }),
    ...readTrust(options),
    ...readOwnRelease(options, repository),
    ...readNames(options),
    ...readNetwork(options),
  };
}

function readSubject(word: string | undefined): Subject {
  if (word === undefined || word === '') {
    throw new RequestError('usage', 'nothing is named to verify', {
      wanted: 'a file, or sha256: and 64 hex digits',
      found: 'nothing',
      next: 'for example: k8s-verify verify ./kubectl',
    });
  }
  if (!word.startsWith('sha256:')) return { kind: 'file', path: word };
  const sha256 = word.slice('sha256:'.length).toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(sha256)) {
    throw new RequestError('usage', 'the digest is not a SHA-256', {
      wanted: 'sha256: and 64 hex digits',
      found: excerpt(word, 80),
      next: 'compute it with sha256sum; a file of that name is written ./sha256:...',
    });
  }
  return { kind: 'digest', sha256 };
}

function readEvidence(options: Options): EvidenceSource {
  const { bundle, signature: signaturePath, certificate: certificatePath } = options;
  const pair = signaturePath ?? certificatePath;
  if (bundle !== undefined) return { kind: 'bundle', path: bundle };
  if (pair !== undefined) return readPair(signaturePath, certificatePath, options);
  return { kind: 'beside' };
}

function readPair(
  signaturePath: string | undefined,
  certificatePath: string | undefined,
  { key }: Options,
): EvidenceSource {
  if (signaturePath !== undefined && certificatePath !== undefined) {
    return { kind: 'detached', signaturePath, certificatePath };
  }
  const [given, missing] =
    certificatePath === undefined ? ['--signature', '--certificate'] : ['--certificate', '--signature'];
  throw new RequestError('usage', `${given} needs ${missing} with it`, {
    wanted: '--signature FILE with --certificate FILE',
    found: `${given} alone`,
    next:
      key !== undefined
        ? 'a signature by a key of your own is verified from its bundle: --bundle FILE --key FILE'
        : `add ${missing}; Kubernetes publishes both, as kubectl.sig and kubectl.cert`,
  });
}

function readArchive(options: Options, subject: Subject): Pick<VerifyArguments, 'archive'> {
  const { output, list } = options;
  const { extract } = readExtract(options);
  if (output !== undefined && extract === undefined) {
    throw new RequestError('usage', '--output has nothing to write', {
      wanted: '--extract with it',
      found: '--output alone',
      next: 'verify leaves the file where it is; to install from a release, use k8s-verify install',
    });
  }
  if (list === true) return { archive: { kind: 'list' } };
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
    wanted: 'a file whose name ends with .tar.gz, .tgz or .tar, or --output DIR',
    found: excerpt(name),
    next: 'name the directory with --output',
  });
}

function readSaveBundle(options: Options, subject: Subject): Pick<VerifyArguments, 'saveBundlePath'> {
  if (options.saveBundle !== true) return {};
  if (subject.kind === 'file') return { saveBundlePath: `${subject.path}.sigstore.json` };
  throw new RequestError('usage', '--save-bundle needs a file to save the bundle next to', {
    wanted: 'a file to verify',
    found: 'a digest',
    next: 'verify the file itself, or leave out --save-bundle',
  });
}

/** The workflow whose job signs; a test holds it to the file, and to what the file does. */
const WORKFLOW_FILE = '.github/workflows/release.yml';
/** Who vouches for jobs of GitHub's runners. */
const ISSUER = 'https://token.actions.githubusercontent.com';

type OwnRelease = Pick<VerifyRequest, 'identity' | 'releaseWorkflow'>;

/**
 * Any release of k8s-verify, or the one of a version: then the identity is one whole string.
 *
 * @param repository `owner/name`; undefined where this build does not know it
 * @throws RequestError `usage`
 */
function readOwnRelease(
  { k8sVerifyRelease: tag }: Options,
  repository: string | undefined = REPOSITORY,
): OwnRelease {
  if (tag === undefined) return {};
  const { workflow, issuer } = ownWorkflow(repository);
  if (tag === ANY_RELEASE) return { releaseWorkflow: { workflow, issuer } };
  return { identity: { subjectAlternativeName: workflowAtTag(workflow, tag), issuer } };
}

function ownWorkflow(repository: string | undefined): ReleaseWorkflow {
  if (repository !== undefined) {
    return { workflow: `https://github.com/${repository}/${WORKFLOW_FILE}`, issuer: ISSUER };
  }
  throw new RequestError('usage', 'this build of k8s-verify does not know the repository that it is from', {
    wanted: 'a released k8s-verify, whose build was told its repository',
    found: 'a build from a source tree whose package.json names none',
    why: 'anyone could own that address',
    next:
      `name the signer yourself: --certificate-identity https://github.com/OWNER/REPOSITORY/${WORKFLOW_FILE}` +
      `@refs/tags/vX.Y.Z --certificate-oidc-issuer ${ISSUER}; docs/bootstrap.md says more`,
  });
}
