/** Chooses the artifacts of a run: those in the inputs, checked against the lockfile if there is one. */
import { excerpt } from '../text/excerpt.ts';
import { RequestError } from '../errors.ts';
import { formatReleaseVersion, parseVersionRequest } from '../release/version.ts';
import type { LockedArtifact } from './lock.ts';

/** A component as it is asked for; without a version it has that of the run. */
export interface AskedComponent {
  readonly component: string;
  readonly version?: string;
}

/** What one run asks for. */
export interface AskedComponents {
  readonly components: readonly AskedComponent[];
  /** For components without one of their own. */
  readonly version?: string;
}

export interface ChosenArtifact {
  readonly component: string;
  /** As asked for, an alias perhaps; exact where a lockfile gave it. */
  readonly version: string;
  /** Hex; the digest that the lockfile demands. */
  readonly sha256?: string;
}

/**
 * @param platform `os/arch` of this machine
 * @throws RequestError where the lockfile lacks a component, leaves a choice, or disagrees with the inputs
 */
export function chooseArtifacts(
  inputs: AskedComponents,
  locked: readonly LockedArtifact[] | undefined,
  platform: string,
): readonly ChosenArtifact[] {
  if (locked === undefined) {
    return inputs.components.map(({ component, version }) => ({
      component,
      version: version ?? inputs.version ?? 'stable',
    }));
  }
  return inputs.components.map((asked) =>
    lockedArtifact({ ...asked, ...pick(asked, inputs) }, locked, platform),
  );
}

function pick(
  asked: AskedComponent,
  inputs: Pick<AskedComponents, 'version'>,
): Pick<AskedComponent, 'version'> {
  const version = asked.version ?? inputs.version;
  return version === undefined ? {} : { version };
}

function lockedArtifact(
  { component, version }: AskedComponent,
  locked: readonly LockedArtifact[],
  platform: string,
): ChosenArtifact {
  const exact = version === undefined ? undefined : exactVersion(version);
  const candidates = locked.filter(
    (one) => one.component === component && (one.platform === undefined || one.platform === platform),
  );
  const fitting = candidates.filter((one) => exact === undefined || one.version === exact);
  const [only, ...more] = fitting;
  if (only !== undefined && more.length === 0) {
    return { component, version: only.version, sha256: only.sha256 };
  }
  const versions = candidates.map((one) => one.version).join(', ');
  const what = `${component}${exact === undefined ? '' : ` ${exact}`} for ${platform}`;
  if (only !== undefined) {
    throw new RequestError('usage', `the lockfile has several versions of ${what}`, {
      wanted: 'one, or the input version to choose by',
      found: versions,
      next: 'give the version that is meant',
    });
  }
  throw new RequestError('lock-outdated', `the lockfile has no ${what}`, {
    wanted: `an entry for ${what}`,
    found: versions === '' ? 'none of that component and platform' : `version ${versions}`,
    why: 'only artifacts in the lockfile are installed',
    next: 'make the lockfile and the inputs agree, with k8s-verify lock',
  });
}

/** With a lockfile, an alias would be a second opinion that changes over time. */
function exactVersion(text: string): string {
  const asked = parseVersionRequest(text);
  if (asked.kind === 'exact') return formatReleaseVersion(asked.version);
  throw new RequestError('usage', `${excerpt(text)} does not go with a lockfile`, {
    wanted: 'an exact version such as v1.30.2, or none: the lockfile has it',
    found: excerpt(text),
    next: 'leave the version to the lockfile',
  });
}
