/** Inputs that this action does not have: typing mistakes, and names that other actions use. */
import { RequestError } from '../errors.ts';
import { COMPONENTS } from '../release/component.ts';
import { nearest } from '../text/nearest.ts';
import { INPUT_NAMES, type InputName } from './inputs.ts';

/** An `INPUT_` variable that is not one of the action's inputs. */
export interface UnknownInput {
  readonly name: string;
  /** The input that was probably meant. */
  readonly meant: string | undefined;
  /** What to write instead, if other actions have an input with this name: ignoring it would change the outcome. */
  readonly instead?: string;
}

/** What other actions that install kubectl, and the command k8s-verify, call things. */
const ELSEWHERE: readonly (readonly [names: RegExp, meant: InputName | undefined, instead: string])[] = [
  [
    /^(?:checksums|digest|sha-?(?:256|512)(?:sums?)?)$/,
    'sha256',
    'write sha256 for the digest of one component; for several, give a lockfile as the input lockfile',
  ],
  [
    /^(?:(?:base-?|download-?|download-?base-?|mirror-?)ur[il]s?|registry|repository)$/,
    'mirror',
    'write mirror; its URL is laid out as dl.k8s.io',
  ],
  [/^(?:k8s|kube|kubernetes)(?:-?version)?$|^release$/, 'version', 'write version'],
  [
    /^(?:bin-?dir|(?:bin|install)-?(?:directory|path)|destination|output)$/,
    'install-dir',
    'write install-dir',
  ],
  [
    /^(?:arch|architecture|os|platforms)$/,
    'platform',
    'leave it out for the machine that the job runs on; for another, write for example: platform: linux/arm64',
  ],
  [
    /^setup-tools$/,
    'components',
    'name what Kubernetes releases as components: kubectl kubeadm; the step that installs the other tools stays as it is',
  ],
  [
    /^(?:conftest|etcd|helm|helmv[23]|k9s|kind|kube-?score|kubeconform|kubeval|kustomize|minikube|rancher|skaffold|stern|tilt|yq)(?:-?version)?$/,
    undefined,
    'keep a step of its own for it: it is no part of a Kubernetes release, and k8s-verify cannot prove it',
  ],
  [
    /^certificate-(?:identity|oidc-issuer)-regexp$/,
    undefined,
    'give certificate-identity and certificate-oidc-issuer, whole and exact; patterns are not taken',
  ],
  [
    /^(?:bundle|signature|certificate)$/,
    undefined,
    'leave it out: the evidence is looked up, and what was proved is in the output bundle-paths',
  ],
];

/**
 * The runner passes inputs as variables, and only warns about unknown ones. A workflow may also set such variables
 * for its own purposes, so not every unknown one is a mistake.
 */
export function unknownInputs(
  environment: Readonly<Record<string, string | undefined>>,
): readonly UnknownInput[] {
  const known = new Set<string>(INPUT_NAMES);
  return Object.keys(environment).flatMap((variable) => {
    const name = /^INPUT_(.+)$/.exec(variable)?.[1]?.toLowerCase();
    return name === undefined || known.has(name) ? [] : [explain(name)];
  });
}

function explain(name: string): UnknownInput {
  const word = name.replaceAll(/[_.]/g, '-');
  for (const [names, meant, instead] of ELSEWHERE) {
    if (names.test(word)) return { name, meant, instead };
  }
  const component = componentIn(word);
  if (component !== undefined) {
    return { name, meant: 'components', instead: `write for example: components: ${component}@v1.30.2` };
  }
  return { name, meant: nearest(word, INPUT_NAMES) };
}

/** `kubectl: 1.29.6`, or `kubectl-version: 1.29.6`, as other actions have it. */
function componentIn(word: string): string | undefined {
  const names = COMPONENTS.map(({ name }) => name);
  const asked = word.replace(/-?(?:version|release|checksum)$/, '');
  return names.find((name) => name.replaceAll('.', '-') === asked);
}

/** @throws RequestError `usage` for an input that must not be ignored */
export function refuseInput({ name, meant, instead }: UnknownInput): void {
  if (meant === undefined && instead === undefined) return;
  throw new RequestError('usage', `there is no input ${name}`, {
    wanted: meant ?? 'the inputs of action.yml',
    found: name,
    ...(instead === undefined ? {} : { why: 'it means something to other actions, and is not ignored here' }),
    next: `${instead ?? `write ${meant}`}; if it is a variable of the workflow's own, do not call it INPUT_...`,
  });
}
