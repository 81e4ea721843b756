/** Each rule that binds or refuses a name, taken away or turned around. A vector must then fail. */
export interface NameMutant {
  /** What is not true any more. */
  readonly rule: string;
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly from: string;
  readonly to: string;
}

const of =
  (file: string) =>
  (rule: string, from: string, to: string): NameMutant => ({ rule, file, from, to });

const bind = of('src/names/bind-name.ts');
const agreed = of('src/names/agreed.ts');
const claimed = of('src/names/claimed-name.ts');
const manifest = of('src/records/release-manifest.ts');
const listed = of('src/proof/prove-digest.ts');

export const NAME_MUTANTS: readonly NameMutant[] = [
  bind('a manifest of another release refuses', 'if (release !== theirs) {', 'if (false) {'),
  bind('two digests refuse', 'if (digests.length > 1) {', 'if (false) {'),
  bind(
    'another digest refuses',
    "if (listed === sha256) return { kind: 'agrees' };",
    "return { kind: 'agrees' };",
  ),
  bind(
    'the listed digest binds',
    "if (listed === sha256) return { kind: 'agrees' };",
    "if (listed === sha256) return { kind: 'silent' };",
  ),
  bind('what is not listed is no refusal', 'if (listed === undefined) {', 'if (false) {'),
  bind(
    'what is not listed is not bound',
    "why: note('release-manifest-silent', text) };",
    "why: note('release-manifest-silent', text) } && { kind: 'agrees' };",
  ),
  bind("a manifest's contradiction refuses", "if (listed.kind === 'contradicted') return listed;", ''),
  bind("the bytes' contradiction refuses", "if (said.kind === 'contradicted') return said;", ''),
  bind('no manifest is no refusal, and says why', "if (answer.kind === 'none')", 'if (false)'),
  bind(
    'a manifest is no other file',
    'if (isManifest(wanted) && answer.sha256 === sha256)',
    'if (answer.sha256 === sha256)',
  ),
  bind(
    'a manifest that is asked for is the proved one',
    'isManifest(wanted) && answer.sha256 === sha256',
    'isManifest(wanted)',
  ),
  bind('another component refuses', 'component !== wanted.component ||', ''),
  bind('another platform refuses', '!samePlatform(platform, wanted.platform));', 'false);'),
  bind(
    'a platform that is not said is no refusal',
    '(platform !== undefined && wanted.platform !== undefined &&',
    '(',
  ),
  bind('another version refuses', 'if (isOther || (isOtherVersion && !listed)) {', 'if (isOther) {'),
  bind('a listed file may say another version', '(isOtherVersion && !listed)', 'isOtherVersion'),
  bind(
    'a listed file may not be another component',
    'if (isOther || (isOtherVersion',
    'if ((isOther && !listed) || (isOtherVersion',
  ),
  bind(
    'half a name does not bind',
    "return isWhole ? { kind: 'agrees' } : { kind: 'silent' };",
    "return { kind: 'agrees' };",
  ),
  bind(
    'a whole name binds',
    "return isWhole ? { kind: 'agrees' } : { kind: 'silent' };",
    "return { kind: 'silent' };",
  ),
  bind('what nothing binds is unbound', "if (by.length === 0) return { kind: 'unbound', notes };", ''),
  claimed(
    'a main package is one of Kubernetes',
    "if (mainPackage?.startsWith('k8s.io/') !== true) return undefined;",
    '',
  ),
  claimed('a vendored package of another project says nothing', "own.startsWith('k8s.io/') && ", ''),
  claimed('a program that is no component says nothing', '&& BINARIES.has(last)', ''),
  claimed(
    'two versions say nothing',
    'if (text === undefined || texts.length > 1) {',
    'if (text === undefined) {',
  ),
  claimed(
    'the slices of a file are one component',
    'if (names.some((name) => name?.component !== first.component)) return undefined;',
    '',
  ),
  agreed('the slices of a file agree on what binds', '.size === 1', '.size > 0'),
  claimed('what the linker was told comes first', 'if (told.size > 0) return [...told];', ''),
  manifest('a manifest is bounded', 'if (bytes.byteLength > MAX_MANIFEST_BYTES)', 'if (false)'),
  manifest('its entries are bounded', 'if (entries.length > MAX_MANIFEST_ENTRIES)', 'if (false)'),
  manifest('it is UTF-8', 'fatal: true', 'fatal: false'),
  manifest('a tag of the document stands once', 'if (header.has(tag))', 'if (false)'),
  manifest(
    'a file of a package is none of the release',
    "if (kind === 'package' || !inPackages)",
    'if (true)',
  ),
  manifest('the heading of a package begins it', '      inPackages = true;', ''),
  manifest('an entry has one identifier', 'if (entry.id !== undefined)', 'if (false)'),
  manifest('a SHA-256 is 64 hex digits', '|| !SHA256.test(hex)', ''),
  manifest('it is not cut', "if (!text.endsWith('\\n'))", 'if (false)'),
  manifest('its lines end in LF', "if (line.endsWith('\\r') && !inText)", 'if (false)'),
  manifest('each line has a tag', 'if (tag === undefined)', 'if (false)'),
  manifest('a text is passed over', "inText = value.includes('<text>') && !value.includes('</text>');", ''),
  manifest('a text ends', 'if (inText) throw', 'if (false) throw'),
  manifest('it is SPDX 2.2 or 2.3', "if (!SPDX_VERSIONS.has(header.get('SPDXVersion') ?? ''))", 'if (false)'),
  manifest(
    'its namespace is that of a release',
    '/^https:\\/\\/sbom\\.k8s\\.io\\/([^/]{1,40})\\/release$/',
    '/([^/]{1,40})\\/release$/',
  ),
  manifest('its version is written as releases are', '|| formatReleaseVersion(version) !== text', ''),
  manifest('an image has its architecture', 'rest.startsWith(`${image}-${one}-`)', 'rest.startsWith(image)'),
  manifest('an image is of the registry', '(?:registry\\.k8s\\.io|k8s\\.gcr\\.io)', '.*'),
  manifest('images before 2023 count', '|k8s\\.gcr\\.io', ''),
  listed('no statement proves a list', "if (document.claim.kind !== 'genuine') return undefined;", ''),
  listed(
    'the list is the proved bytes',
    'if (digestOf(bytes, document.algorithm).hex !== document.hex) return undefined;',
    '',
  ),
  listed(
    'a list of another release proves nothing',
    'if (formatReleaseVersion(read.manifest.version) !== formatReleaseVersion(version)) return undefined;',
    '',
  ),
  listed('one digest is listed', '|| others.length > 0', ''),
  listed('what is listed is a SHA-256', "    algorithm: 'sha256',\n", ''),
];
