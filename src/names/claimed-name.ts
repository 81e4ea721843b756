import type { ProgramFacts } from '../binary/read-binary.ts';
import { COMPONENTS } from '../release/component.ts';
import { formatPlatform, PLATFORMS, type Platform, samePlatform } from '../release/platform.ts';
import { formatReleaseVersion, readReleaseVersion, type ReleaseVersion } from '../release/version.ts';
import { agreed } from './agreed.ts';

/** What a binary says it is. It is worth as much as the proof of its digest. */
export interface ClaimedName {
  readonly component: string;
  /** Absent where it says no version, or several. */
  readonly version?: ReleaseVersion;
  /** Absent where it says no platform that Kubernetes is published for. */
  readonly platform?: Platform;
  /** The version with another builder's mark, as it stands there: `v1.31.1-gke.200`. */
  readonly markedVersion?: string;
}

const BINARIES: ReadonlySet<string> = new Set(
  COMPONENTS.filter(({ kind }) => kind === 'binary').map(({ name }) => name),
);
/** `-X k8s.io/component-base/version.gitVersion=v1.26.4`, with or without quotes, also below `vendor/`. */
const GIT_VERSION = /[./\w-]*\bversion\.gitVersion=([^\s'"]{1,96})/g;
const MARKED = /^v1\.[0-9]{1,5}\.[0-9]{1,5}[-+][0-9A-Za-z.+-]{1,64}$/;

/**
 * The name that the programs of one file agree on, or undefined where they say none. A name counts only where the path
 * of the main package is Kubernetes' own and ends in a component; a test program, or another project's, says nothing.
 */
export function claimedName(programs: readonly ProgramFacts[]): ClaimedName | undefined {
  const names = programs.map(nameOfProgram);
  const [first] = names;
  if (first === undefined) return undefined;
  if (names.length === 1) return first;
  if (names.some((name) => name?.component !== first.component)) return undefined;
  // A universal file is of the version and platform that all of it agrees on.
  const version = agreed(
    names.map((name) => name?.version),
    (one) => (one === undefined ? '' : formatReleaseVersion(one)),
  );
  const platform = agreed(
    names.map((name) => name?.platform),
    (one) => (one === undefined ? '' : formatPlatform(one)),
  );
  return {
    component: first.component,
    ...(version === undefined ? {} : { version }),
    ...(platform === undefined ? {} : { platform }),
  };
}

function nameOfProgram({ buildInfo, versionStrings }: ProgramFacts): ClaimedName | undefined {
  const component = componentOf(buildInfo.mainPackage);
  if (component === undefined) return undefined;
  const platform = platformOf(buildInfo.settings);
  const texts = versionTexts(buildInfo.settings, versionStrings);
  const [text] = texts;
  if (text === undefined || texts.length > 1) {
    return { component, ...(platform === undefined ? {} : { platform }) };
  }
  const version = releaseVersion(text);
  return {
    component,
    ...(platform === undefined ? {} : { platform }),
    ...(version === undefined ? {} : { version }),
    ...(version === undefined && MARKED.test(text) ? { markedVersion: text } : {}),
  };
}

/** `k8s.io/kubernetes/cmd/kubectl`, `k8s.io/kubernetes/vendor/k8s.io/kube-aggregator`, `k8s.io/kube-aggregator`. */
function componentOf(mainPackage: string | undefined): string | undefined {
  if (mainPackage?.startsWith('k8s.io/') !== true) return undefined;
  const own = mainPackage.slice(mainPackage.lastIndexOf('/vendor/') + 1).replace(/^vendor\//, '');
  const last = own.slice(own.lastIndexOf('/') + 1);
  return own.startsWith('k8s.io/') && BINARIES.has(last) ? last : undefined;
}

function platformOf(settings: ReadonlyMap<string, string>): Platform | undefined {
  const [os, arch] = [settings.get('GOOS'), settings.get('GOARCH')];
  if (os === undefined || arch === undefined) return undefined;
  return PLATFORMS.find((platform) => samePlatform(platform, { os, arch }));
}

/**
 * What the linker was told, else what stands in the program. The main module's version is not asked: Go stamps the
 * highest tag of a commit, so a release candidate can say the alpha whose tag is on the same commit.
 */
function versionTexts(settings: ReadonlyMap<string, string>, strings: readonly string[]): readonly string[] {
  const flags = settings.get('-ldflags') ?? '';
  const told = new Set(Array.from(flags.matchAll(GIT_VERSION), ([, text = '']) => text));
  if (told.size > 0) return [...told];
  const releases = strings.filter((text) => releaseVersion(text) !== undefined);
  return releases.length > 0 ? releases : strings.filter((text) => MARKED.test(text));
}

function releaseVersion(text: string): ReleaseVersion | undefined {
  return text.startsWith('v') ? readReleaseVersion(text) : undefined;
}
