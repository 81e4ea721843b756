/**
 * What to do after a failure, as commands to type with the user's own arguments. The library says it in a plain
 * sentence; here it becomes a command where there is one. None of them checks less.
 */
import { ANOTHER_PROJECT } from './meant.ts';
import { type ErrorCode, GET_AGAIN, IS_NEWEST, TWO_DIGESTS, type K8sVerifyError } from '../errors.ts';
import { ALL_NAMES } from '../release/component.ts';
import { excerpt } from '../text/excerpt.ts';
import { type Invocation, toType } from './invocation.ts';
import * as commands from './next-commands.ts';
import * as releases from './next-releases.ts';
import { commandText } from './words.ts';

/** One thing to do. */
export interface NextStep {
  readonly text: string;
  /** To be typed as it is. */
  readonly command?: string;
}

type Steps = (error: K8sVerifyError, invocation: Invocation) => readonly NextStep[];

/** A step that is left out where there is no such command. */
function step(text: string, command: commands.Command): Steps {
  return (_, invocation) => {
    const line = command(invocation);
    return line === undefined ? [] : [{ text, command: line }];
  };
}

/** The same where the command is of the file that the error is about. */
function stepOf(text: string, command: releases.CommandOf): Steps {
  return ({ subject = {} }, invocation) => {
    const line = command(invocation, subject);
    return line === undefined ? [] : [{ text, command: line }];
  };
}

function typed(command: string | undefined): { readonly command?: string } {
  return command === undefined ? {} : { command };
}

/** The sentence that the error has itself. */
const own: Steps = ({ next }) => {
  if (next === undefined) return [];
  const [, one, other] = /^(k8s-verify [^;]*), or (k8s-verify [^;]*)$/.exec(next) ?? [];
  if (one === undefined || other === undefined) return [asCommand(next)];
  return [
    { text: one, command: one },
    { text: 'or', command: other },
  ];
};

/** A sentence that is a command, or that ends with one after a colon. */
function asCommand(sentence: string): NextStep {
  if (sentence.includes(', or ')) return { text: sentence };
  const command = /(?:^|^[^:;]*: )(?<command>(?:k8s-verify|rm) [^;]*)$/.exec(sentence)?.groups?.['command'];
  if (command === undefined) return { text: sentence };
  const text = sentence.slice(0, sentence.length - command.length).replace(/: $/, '');
  return { text: text === '' ? command : text, command };
}

/** Only where it is a command. */
function withCommand(steps: Steps): Steps {
  return (error, invocation) => steps(error, invocation).filter(({ command }) => command !== undefined);
}

/** A command that needs no words. */
function itself(command: commands.Command): Steps {
  return (_, invocation) => {
    const line = command(invocation);
    return line === undefined ? [] : [{ text: line, command: line }];
  };
}

/** What the policy file says, which is not this run's to change. */
const thePolicy: Steps = ({ from }) => {
  const command = from === undefined ? undefined : commandText(['policy', 'check', from]);
  return command === undefined ? [] : [{ text: 'see what it says', command }];
};

/** A file that does not say what it is can be asked for by name. */
const nameIt: Steps = (error, invocation) =>
  /nothing (?:signed )?says (?:what it is|the version|which file it is)/.test(error.found ?? '')
    ? step('or name the release that it should be of', commands.asNamed)(error, invocation)
    : [];

/** For another signer: how to say that this one is trusted. */
const trustTheSigner: Steps = ({ found }) => {
  const signer = /^\S+@\S+(?= vouched for by )/.exec(found ?? '')?.[0] ?? 'that signer';
  return [{ text: `or, if you trust ${signer}`, command: 'k8s-verify help trust' }];
};
const ownSigstore: Steps = () => [
  { text: 'or, if it was signed with a Sigstore of your own', command: 'k8s-verify help trust' },
];

/** A person looks first. Without that step, the line with the option would be typed without a thought. */
const lookThenForget: Steps = ({ next }, invocation) => {
  const look = { text: 'use neither file before you know why there are two' };
  const name = / --forget-name (?<name>\S+)$/.exec(next ?? '')?.groups?.['name'];
  const command = name === undefined ? undefined : commands.withForgotten(invocation, name);
  if (command === undefined) return [look];
  const root = next?.includes('only root') === true ? 'as root, ' : '';
  return [look, { text: `${root}once you know that this one is right`, command }];
};

/** Where one option was meant by another, and takes the same value: the line with that one. */
const withMeantOption: Steps = ({ next, found }, { words }) => {
  const better = /^did you mean (?<better>--[\w-]+)(?: DIR)?\?$/.exec(next ?? '')?.groups?.['better'];
  const flag = words.find((word) => excerpt(word) === found || word === found);
  if (better === undefined || better === '--version' || flag === undefined) return [];
  const [name = ''] = flag.split('=', 1);
  const command = toType(words.map((word) => (word === flag ? `${better}${word.slice(name.length)}` : word)));
  return command === undefined ? [] : [{ text: command, command }];
};

function all(...parts: readonly Steps[]): Steps {
  return (error, invocation) => parts.flatMap((part) => part(error, invocation));
}

/** The first that has something to say. */
function first(...parts: readonly Steps[]): Steps {
  return (error, invocation) =>
    parts.map((part) => part(error, invocation)).find((steps) => steps.length > 0) ?? [];
}

/** What Kubernetes has of that version is no help. */
const ofAnotherProject: Steps = (error, invocation) =>
  error.found?.startsWith(ANOTHER_PROJECT) === true
    ? [...own(error, invocation), { text: 'see what can be proved', command: ALL_NAMES }]
    : [];

const refill = stepOf('fill the mirror again', releases.refillMirror);
/** Another copy of what was to be fetched, or of what a mirror has that is checked. */
const source = first(refill, step('take it from its source', commands.fromItsSource));
/** Its own sentence says to fill the mirror again; here is how. */
const ownWithRefill: Steps = (error, invocation) => {
  const [{ command } = {}] = refill(error, invocation);
  return command === undefined
    ? own(error, invocation)
    : [{ text: error.next ?? 'fill the mirror again', command }];
};
const orSource = first(refill, step('or take it from its source', commands.fromItsSource));
const released = step('get the released file', releases.releasedFile);
const withNetwork = step('with a network', commands.withNetwork);
/** A variable is outdone by no option, so that there is no line to type. */
const online = first(withNetwork, (_, invocation) => [
  { text: 'with a network, and without K8S_VERIFY_OFFLINE', ...typed(commands.again(invocation)) },
]);
/** A file that says what it is: a mirror has the evidence of that. */
const carried = stepOf('or carry it here', releases.carriedMirror);
const lookAround = step('see what is wrong on the way', commands.doctor);
const lookAtTrust = step('look at clock and trusted root', commands.doctor);
const thenAgain = step('then', commands.again);
const renewTrust = step('renew the trusted root', commands.renewTrust);
const page = step('see what it takes', commands.help);
const newest = step('or take the newest of that minor release', releases.newestOfMinor);
/** Where the sources name another release than the one that is not there. */
const newestThere: Steps = (error, invocation) =>
  error.found?.includes(IS_NEWEST) === true ? newest(error, invocation) : [];
/** What one source lacks may be published all the same. */
const published = stepOf('see what Kubernetes publishes for such a release', releases.list);
const listed = stepOf('see what there is', releases.list);

/** Its own sentence; "do not use" stands in the last line. */
const advice: Steps = (error, invocation) =>
  (error.next === GET_AGAIN ? getAgain : ownAsHere)(error, invocation);
const getAgain = first(step('get it and its signature again', commands.installAgain), () => [
  { text: 'get the file and its signature again, from another source if that stays so' },
]);
/** The released file of the name that the judged one claims. */
const releasedAs = stepOf('get the released file', releases.releasedAs);
/** Of a program that says nothing of itself: a scan takes no evidence for one file. */
const itsEvidence = all(
  step('name its evidence', releases.verifyWithBundle),
  step('or take the evidence of a lockfile', releases.scanWithLockfile),
);
/** A file that is here came by no way that could be looked at. */
const onTheWay = step('see what is wrong on the way', commands.doctorOfInstall);

/** Another copy, or what may have changed this one. */
const anotherCopy = first(source, releasedAs, released, all(advice, onTheWay));
/** A source can be right, and the digest that was demanded wrong. */
const ofTheDemand: Steps = (error, invocation) =>
  error.next?.startsWith(TWO_DIGESTS) === true ? ownAsHere(error, invocation) : [];
/** The servers and the trust that the line names are meant for the other command as well, and its lockfile for a lock. */
const ownAsHere: Steps = (error, invocation) =>
  own(error, invocation).map((one) => {
    const command = one.command === undefined ? undefined : releases.asHere(invocation, one.command);
    if (command === undefined) return one;
    return { text: one.text === one.command ? command : one.text, command };
  });
const ofTheNetwork = all(own, lookAround, orSource);
const ofTheDisk = all(own, thenAgain);

const BY_CODE: Readonly<Record<ErrorCode, Steps>> = {
  usage: first(withCommand(own), withMeantOption, all(own, page)),
  'version-malformed': all(
    own,
    step('see how a version is written', () => 'k8s-verify help versions'),
  ),
  'component-unknown': first(ofAnotherProject, withCommand(own), all(own, listed)),
  'platform-impossible': all(own, stepOf('see what there is', releases.listEverywhere)),
  'release-not-found': all(own, newest, orSource),
  'artifact-not-found': all(own, first(newestThere, published), orSource),
  'file-not-readable': all(own, thenAgain),
  'subject-not-readable': all(own, thenAgain),
  'lock-outdated': all(ownAsHere, thenAgain),
  'policy-forbids': all(own, thePolicy),
  network: ofTheNetwork,
  'http-status': ofTheNetwork,
  timeout: ofTheNetwork,
  'response-invalid': ofTheNetwork,
  'mirror-incomplete': first(
    all(
      step('ask dl.k8s.io for what is missing', commands.sourceToo),
      stepOf('fill the mirror', releases.fillMirror),
    ),
    all(ownWithRefill, thenAgain),
  ),
  'mirror-inconsistent': all(ownWithRefill, thenAgain),
  'release-inconsistent': ownAsHere,
  'release-incomplete': all(own, orSource),
  'mirror-unreadable': all(own, step('or ask dl.k8s.io for it', commands.sourceToo)),
  'rate-limited': all(own, thenAgain),
  offline: all(online, first(stepOf('or carry it here', releases.fillMirror), carried)),
  'log-unreachable': all(own, lookAround, thenAgain),
  'name-unbound': all(own, first(orSource, withNetwork, thenAgain)),
  'evidence-not-found': first(releasedAs, itsEvidence, all(own, thenAgain)),
  'other-builder': all(own, releasedAs),
  'trust-root-unavailable': all(own, lookAtTrust),
  'trusted-root-old': all(own, renewTrust, lookAtTrust),
  'authority-unknown': all(renewTrust, own, lookAtTrust),
  'clock-wrong': all(own, thenAgain),
  'machine-cannot-judge': all(own, thenAgain),
  'signature-not-published': all(own, stepOf('see what is signed', releases.list)),
  'material-malformed': anotherCopy,
  'material-oversized': anotherCopy,
  'digest-mismatch': first(ofTheDemand, anotherCopy),
  'signature-mismatch': anotherCopy,
  'claim-mismatch': all(own, source, released),
  'certificate-untrusted': all(first(source, released, advice), ownSigstore),
  'sct-invalid': anotherCopy,
  'identity-mismatch': all(first(source, releasedAs, released, own), trustTheSigner),
  'log-entry-not-found': anotherCopy,
  'log-entry-invalid': anotherCopy,
  'log-entry-mismatch': anotherCopy,
  'log-inconsistent': own,
  'time-untrusted': all(first(source, released, advice), lookAtTrust),
  'trusted-root-invalid': all(own, lookAtTrust),
  'name-mismatch': first(source, all(ownAsHere, listed)),
  'name-digest-changed': lookThenForget,
  'not-allowed': all(own, nameIt, thePolicy),
  'destination-unwritable': first(
    all(itself(commands.intoOwnDirectory), step('for all users', commands.asRoot)),
    ofTheDisk,
  ),
  'destination-unsuitable': all(own, step('or', commands.intoOwnDirectory)),
  'destination-busy': ofTheDisk,
  'disk-full': ofTheDisk,
  'place-failed': ofTheDisk,
  'output-unwritable': own,
  'archive-rejected': all(
    own,
    step('see what it holds', commands.listMembers),
    step('or keep the tarball as it is', commands.tarballItself),
  ),
  'archive-member-missing': all(
    own,
    step('see what it holds', commands.listMembers),
    step('or unpack all of it', commands.allMembers),
  ),
  interrupted: step('run it again', commands.again),
};

const behindIt = first(
  step('see what is behind it', releases.verifyInFull),
  step('see what is behind it', commands.withCauses),
);

/** What to do about an error: at least one thing, and a command where there is a line to repeat. */
export function nextSteps(error: K8sVerifyError, invocation: Invocation): readonly NextStep[] {
  const steps = BY_CODE[error.code](error, invocation);
  if (steps.some(({ command }) => command !== undefined)) return steps;
  return [...steps, ...behindIt(error, invocation)];
}

const REPORT = 'report what it prints where you got k8s-verify from';

/** What to do about a fault of k8s-verify itself. */
export function bugSteps(invocation: Invocation): readonly NextStep[] {
  if (invocation.line?.options.verbose === true) {
    return [{ text: 'please report it, with all these lines, where you got k8s-verify from' }];
  }
  const command = commands.withCauses(invocation);
  return command === undefined
    ? [{ text: `run it again with --verbose, and ${REPORT}` }]
    : [{ text: `run it again, and ${REPORT}`, command }];
}
