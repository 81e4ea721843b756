/** What a policy file demands, each demand taken away or turned, and what its readers refuse. */
import type { DecisionMutation } from './decisions.ts';

const JUDGE = 'policy/judge.ts';
const SIGNER = 'policy/judge-signer.ts';
const RULES = 'policy/rules.ts';
const UNDER = 'plan/under-policy-file.ts';
const BEHIND = 'plan/patches-behind.ts';
const NAME = 'policy/judge-name.ts';
const UNPROVED = 'policy/judge-unproved.ts';
const OPEN = 'policy/open-policy.ts';
const READ = 'policy/read-policy.ts';
const VALUES = 'policy/policy-values.ts';
const EXCEPTION = 'policy/read-exception.ts';
const RANGE = 'policy/version-range.ts';

export const POLICY_MUTATIONS: readonly DecisionMutation[] = [
  // What may be used.
  { file: JUDGE, from: 'if (allows) return undefined;', to: 'return undefined;' },
  { file: JUDGE, from: 'component !== undefined && components.includes(component)', to: 'true' },
  {
    file: JUDGE,
    from: 'version !== undefined && versions.some((range) => isInRange(version, range))',
    to: 'true',
  },
  {
    file: JUDGE,
    from: 'components?.includes(component) === false) !== true',
    to: 'components?.includes(component) === true) !== true',
  },
  { file: JUDGE, from: 'behind.count <= most', to: 'behind.count <= most + 1' },
  { file: JUDGE, from: 'behind.count <= most', to: 'behind.count < most' },
  { file: JUDGE, from: 'behind.count <= most', to: 'true' },
  { file: JUDGE, from: '>= minimumAge.milliseconds', to: '> minimumAge.milliseconds' },
  { file: JUDGE, from: 'youngest !== undefined && now', to: 'youngest === undefined || now' },
  { file: JUDGE, from: 'time > last ? time : last', to: 'time > last ? last : time' },
  { file: JUDGE, from: '...ageViolation(file, signing),', to: '' },
  // Required evidence.
  { file: JUDGE, from: '...evidenceViolations(file, signing),', to: '' },
  { file: JUDGE, from: 'required.signedEntryTimestamp && !signing.hasSignedEntryTimestamp', to: 'false' },
  { file: JUDGE, from: ' && !signing.hasSignedEntryTimestamp', to: '' },
  { file: JUDGE, from: 'required.signedEntryTimestamp && !', to: '!' },
  { file: JUDGE, from: 'required.inclusionProof && !signing.hasInclusionProof', to: 'false' },
  { file: JUDGE, from: ' && !signing.hasInclusionProof', to: '' },
  { file: JUDGE, from: 'required.inclusionProof && !', to: '!' },
  { file: NAME, from: '...(file.required.boundName && !isSigned ? [UNBOUND] : []),', to: '' },
  { file: NAME, from: 'file.required.boundName && !isSigned', to: '!isSigned' },
  { file: NAME, from: 'boundName && !isSigned', to: 'boundName && !isBound' },
  // Denials.
  { file: JUDGE, from: '...deniedViolations(file, signing),', to: '' },
  {
    file: JUDGE,
    from: 'return [...digests, ...windows, ...indexes];',
    to: 'return [...windows, ...indexes];',
  },
  {
    file: JUDGE,
    from: 'return [...digests, ...windows, ...indexes];',
    to: 'return [...digests, ...indexes];',
  },
  {
    file: JUDGE,
    from: 'return [...digests, ...windows, ...indexes];',
    to: 'return [...digests, ...windows];',
  },
  {
    file: JUDGE,
    from: '(one) => one.sha256 === sha256)\n    .map(({ reason',
    to: '() => false)\n    .map(({ reason',
  },
  {
    file: JUDGE,
    from: '(one) => one.sha256 === sha256)\n    .map(({ reason',
    to: '() => true)\n    .map(({ reason',
  },
  { file: NAME, from: '...(isOther ? deniedDigest(file, sha256) : []),', to: '' },
  { file: JUDGE, from: 'time >= from && time <= to', to: 'time > from && time <= to' },
  { file: JUDGE, from: 'time >= from && time <= to', to: 'time >= from && time < to' },
  { file: JUDGE, from: 'time >= from && time <= to', to: 'time >= from' },
  { file: JUDGE, from: 'time >= from && time <= to', to: 'time <= to' },
  {
    file: JUDGE,
    from: 'if (inside === undefined && times.length > 0) return [];',
    to: 'if (inside === undefined) return [];',
  },
  { file: JUDGE, from: 'entry.logIndex >= from', to: 'entry.logIndex > from' },
  { file: JUDGE, from: 'entry.logIndex <= to', to: 'entry.logIndex < to' },
  { file: JUDGE, from: '(logId === undefined || logId === entry.logId) &&', to: '' },
  { file: JUDGE, from: '(logId === undefined || logId === entry.logId) &&', to: 'logId === entry.logId &&' },
  { file: JUDGE, from: '!entry.isOfLog || (entry', to: 'entry.isOfLog && (entry' },
  // What is let pass.
  { file: UNPROVED, from: 'if (denied !== undefined) return', to: 'if (false) return' },
  { file: UNPROVED, from: 'other === undefined || isExcepted', to: 'true' },
  { file: UNPROVED, from: ' || isExcepted) return', to: ') return' },
  {
    file: UNPROVED,
    from: "sha256 !== undefined && activeExceptions(file, 'allowed', { now, sha256 }).length > 0",
    to: "activeExceptions(file, 'allowed', { now, sha256 }).length > 0",
  },
  // Who must have signed.
  { file: SIGNER, from: '(kind === undefined || kinds === undefined || kinds.includes(kind)) &&', to: '' },
  {
    file: SIGNER,
    from: '(version === undefined ||\n        versions === undefined ||',
    to: '(true ||\n        versions === undefined ||',
  },
  { file: SIGNER, from: 'if (counts) return [];', to: 'return [];' },
  { file: SIGNER, from: ' && issuer === signer.issuer', to: '' },
  { file: SIGNER, from: 'subjectAlternativeName === signer.subjectAlternativeName && ', to: '' },
  { file: SIGNER, from: '(times.length > 0 &&\n        times.every(', to: '(true &&\n        times.every(' },
  { file: SIGNER, from: 'times.every(', to: 'times.some(' },
  { file: SIGNER, from: '(signedFrom === undefined || time >= signedFrom) &&', to: '' },
  { file: SIGNER, from: 'time >= signedFrom', to: 'time > signedFrom' },
  { file: SIGNER, from: '(signedUntil === undefined || time <= signedUntil)', to: 'true' },
  { file: SIGNER, from: 'time <= signedUntil', to: 'time < signedUntil' },
  { file: SIGNER, from: '(kinds === undefined || kind !== undefined) && (versions', to: '(versions' },
  { file: SIGNER, from: '&& (versions === undefined || version !== undefined);', to: ';' },
  {
    file: RULES,
    from: 'if (file.identities === undefined) return;\n  const accepted',
    to: 'return;\n  const accepted',
  },
  { file: RULES, from: '&& one.issuer === issuer', to: '' },
  {
    file: RULES,
    from: "signer.kind === 'certificate-identity' &&\n    signer.identities.every(",
    to: "signer.kind !== 'certificate-identity' ||\n    signer.identities.every(",
  },
  { file: RULES, from: 'if (accepted.length > 0)', to: 'if (true)' },
  { file: RULES, from: '...signerViolation(file, signing, subject.named),\n  ];', to: '];' },
  // What a request may ask.
  { file: RULES, from: 'for (const one of asked) assertMayBeLifted(policy, one, subject);', to: '' },
  {
    file: RULES,
    from: '[allowedViolation(file, named), patchesBehind',
    to: '[undefined, patchesBehind',
  },
  { file: RULES, from: 'patchesBehind && patchesViolation(file, patchesBehind)]', to: 'undefined]' },
  { file: RULES, from: '    ...asked,\n', to: '' },
  { file: NAME, from: '    allowedViolation(file, found),\n', to: '' },
  { file: NAME, from: '    behind && patchesViolation(file, behind),\n', to: '' },
  // What was asked for binds nothing.
  {
    file: NAME,
    from: '    allowedViolation(file, found),',
    to: '    isAsked ? undefined : allowedViolation(file, found),',
  },
  {
    file: NAME,
    from: '...signerViolation(file, signing, found),',
    to: '',
  },
  {
    file: RULES,
    from: 'version === undefined\n    ? undefined\n    : (asked',
    to: 'false\n    ? undefined\n    : (asked',
  },
  { file: NAME, from: '(isBound ? ofName :', to: '(true ? ofName :' },
  { file: NAME, from: '? [WITHOUT_VERSION]', to: '? []' },
  {
    file: RULES,
    from: " || activeExceptions(file, 'allowed', { now }).length > 0) return;",
    to: ' || true) return;',
  },
  { file: UNDER, from: 'assertSources(opened, request, true);', to: '' },
  { file: UNDER, from: "assertSources(opened, request, subject.kind === 'released');", to: '' },
  { file: UNDER, from: "subject.kind === 'released');", to: 'true);' },
  {
    file: UNDER,
    from: '.find((place) => !allowed.includes(place));',
    to: '.slice(0, 1).find((place) => !allowed.includes(place));',
  },
  { file: UNDER, from: 'sources.length === 0 && isNeeded', to: 'false' },
  { file: UNDER, from: 'assertSignerIn(opened, signer);', to: '' },
  {
    file: UNDER,
    from: 'for (const component of components) assertComponentIn',
    to: 'for (const component of components.slice(1)) assertComponentIn',
  },
  { file: UNDER, from: 'request.sources === undefined && sources !== undefined', to: 'false' },
  {
    file: UNDER,
    from: 'request.sources === undefined && sources !== undefined',
    to: 'sources !== undefined',
  },
  { file: UNDER, from: 'identities === undefined && (sources', to: '(sources' },
  { file: UNDER, from: ' || sources.includes(DEFAULT_SOURCE)', to: ' || true' },
  { file: BEHIND, from: 'newest.patch - patch + (isOver', to: 'newest.patch - patch - 1 + (isOver' },
  { file: BEHIND, from: 'Math.max(0, distance)', to: 'distance' },
  { file: BEHIND, from: 'prerelease !== undefined && newest.prerelease === undefined', to: 'false' },
  { file: BEHIND, from: ' && newest.prerelease === undefined;', to: ';' },
  { file: BEHIND, from: 'all.filter(({ isLocal }) => !isLocal)', to: 'all' },
  { file: BEHIND, from: 'client.http.isOffline || servers', to: 'servers' },
  { file: BEHIND, from: 'prerelease === undefined ? [stable]', to: 'false ? [stable]' },
  {
    file: BEHIND,
    from: "[stable, { channel: 'latest', major, minor }]",
    to: '[stable]',
  },
  {
    file: BEHIND,
    from: 'throw noMarker(markers, servers);',
    to: 'return { count: 0, newest: formatReleaseVersion(version) };',
  },
  { file: UNDER, from: 'component: subject.member ?? component', to: 'component' },
  { file: UNDER, from: 'isSignerAsked ? builtIn : (signersBy(opened, named) ?? builtIn)', to: 'builtIn' },
  // Exceptions.
  { file: JUDGE, from: 'one.lifts.includes(demand) && now < one.end', to: 'now < one.end' },
  { file: JUDGE, from: 'one.lifts.includes(demand) && now < one.end', to: 'one.lifts.includes(demand)' },
  { file: JUDGE, from: 'now < one.end', to: 'now <= one.end' },
  { file: JUDGE, from: '(sha256 === undefined || one.sha256 === sha256)', to: 'true' },
  {
    file: JUDGE,
    from: 'if (demand === undefined) return true;',
    to: 'if (demand === undefined) return false;',
  },
  { file: JUDGE, from: 'if (left.length > 0) throw', to: 'if (false) throw' },
  { file: JUDGE, from: 'used.set(exception,', to: 'new Map<PolicyException, Demand[]>().set(exception,' },
  {
    file: RULES,
    from: 'activeExceptions(file, demand, { now, sha256: demanded })',
    to: 'activeExceptions(file, demand, { now })',
  },
  { file: RULES, from: 'sha256: [...new Set([found.sha256, ...proven])]', to: 'sha256: proven' },
  {
    file: RULES,
    from: 'const later = isLater ? violations : [];',
    to: 'const later: typeof violations = [];',
  },
  // The manifest of the release is signed like it.
  {
    file: RULES,
    from: 'ofManifest: policyForManifest(policy, subject, signer)',
    to: 'ofManifest: { ...signer, rules: undefined }',
  },
  { file: RULES, from: '...signingViolations(withoutAge, signing),', to: '' },
  {
    file: RULES,
    from: '...signingViolations(withoutAge, signing),',
    to: '...signingViolations(file, signing),',
  },
  { file: RULES, from: '...signerViolation(file, signing, known),', to: '' },
  // What is no policy.
  { file: OPEN, from: "source.namedBy === 'variable' && opened", to: 'opened' },
  {
    file: OPEN,
    from: "if (source.namedBy === 'variable' && opened.file.identities !== undefined)",
    to: 'if (false)',
  },
  { file: READ, from: 'if (version !== 1) throw', to: 'if (false) throw' },
  { file: READ, from: "'the document', FIELDS,", to: "'the document', 'any'," },
  { file: READ, from: 'if (list.length === 0)', to: 'if (false)' },
  { file: READ, from: 'if (rule.names().length === 0)', to: 'if (false)' },
  { file: READ, from: ' && from <= to', to: '' },
  {
    file: READ,
    from: 'signedFrom !== undefined && signedUntil !== undefined && signedFrom > signedUntil',
    to: 'false',
  },
  { file: READ, from: '/[\\s\\p{Cc}*]/u', to: '/[\\s\\p{Cc}]/u' },
  { file: VALUES, from: 'if (seen.has(value)) throw', to: 'if (false) throw' },
  { file: VALUES, from: 'if (seen.size > 0) return', to: 'return' },
  { file: VALUES, from: 'milliseconds > 0 && milliseconds <= MAX_POLICY_AGE_MS', to: 'true' },
  {
    file: VALUES,
    from: 'first !== undefined && last !== undefined && first <= last',
    to: 'first !== undefined && last !== undefined',
  },
  { file: VALUES, from: "text.trim() !== '' && ", to: '' },
  { file: VALUES, from: 'isReadable && isPrintable(text)', to: 'isReadable' },
  { file: VALUES, from: "return url.username === '' && url.password === '' ?", to: 'return true ?' },
  { file: EXCEPTION, from: 'if (denied.digests.some((one) => one.sha256 === sha256)) {', to: 'if (false) {' },
  { file: EXCEPTION, from: 'new Date(day.getTime() + DAY_MS)', to: 'day' },
  { file: EXCEPTION, from: '&& day.toISOString().startsWith(text)', to: '' },
  { file: RANGE, from: "return isEmpty(lower, upper) ? { kind: 'empty' } : {", to: 'return {' },
  { file: RANGE, from: 'order > 0 || (order === 0 && bound.isIncluded)', to: 'order > 0' },
  { file: RANGE, from: 'order > 0 || (order === 0 && bound.isIncluded)', to: 'order >= 0' },
  { file: RANGE, from: 'return order > 0 ? one : other;', to: 'return order > 0 ? other : one;' },
];
