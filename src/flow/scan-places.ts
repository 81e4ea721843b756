/** Where Kubernetes programs usually are. */
import { homedir } from 'node:os';
import { posix } from 'node:path';

/** A directory of the machine, and how deep it is looked into. */
export interface ScanPlace {
  readonly path: string;
  readonly depth: number;
}

/** Packages, kubeadm by hand, kubespray, kOps, GKE, RKE2. */
const USUAL: readonly string[] = [
  '/usr/bin',
  '/usr/sbin',
  '/usr/local/bin',
  '/usr/local/sbin',
  '/opt/bin',
  '/opt/kops/bin',
  '/opt/homebrew/bin',
  '/home/kubernetes/bin',
  '/var/lib/rancher/rke2/bin',
];
/** Each snap has the version in use below `current`. */
export const SNAPS = '/snap';

/** @param isOwnRoot whether it is this machine, so that this user's own directory counts too. */
export function usualPlaces(isOwnRoot: boolean): readonly ScanPlace[] {
  const home = isOwnRoot ? ownDirectories() : [];
  return [...USUAL, ...home].map((path) => ({ path, depth: 1 }));
}

function ownDirectories(): readonly string[] {
  const { LOCALAPPDATA } = process.env;
  if (process.platform === 'win32')
    return LOCALAPPDATA === undefined ? [] : [`${LOCALAPPDATA}\\Programs\\k8s-verify\\bin`];
  return [posix.join(homedir(), '.local/bin')];
}
