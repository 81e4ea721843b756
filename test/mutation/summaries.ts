/** What gives an item its verdict, and what gives it a verification summary, each with something else in its place. */
import type { DecisionMutation } from './decisions.ts';

const SUMMARY = 'attest/verification-summary.ts';
const URI = 'attest/resource-uri.ts';
const VERDICT = 'verdict.ts';

export const SUMMARY_MUTATIONS: readonly DecisionMutation[] = [
  { file: VERDICT, from: 'OF_THE_RUN.has(error.code) || ', to: '' },
  {
    file: VERDICT,
    from: "error.code === 'signature-not-published' ? 'unsigned' : 'refused'",
    to: "'refused'",
  },
  { file: VERDICT, from: "if (error instanceof NotAllowedError) return 'not-allowed';", to: '' },
  { file: VERDICT, from: "error.code === 'other-builder' ? 'other-builder' : 'not-judged'", to: "'refused'" },
  { file: VERDICT, from: "if (error.code === 'subject-not-readable') return 'unreadable';", to: '' },
  { file: SUMMARY, from: "if (artifact.claim !== 'genuine') return undefined;", to: '' },
  {
    file: SUMMARY,
    from: "verifiedLevels: ['FAILED']",
    to: "verifiedLevels: ['SLSA_BUILD_LEVEL_UNEVALUATED']",
  },
  { file: SUMMARY, from: "verificationResult: 'FAILED'", to: "verificationResult: 'PASSED'" },
  {
    file: SUMMARY,
    from: "verdict === 'refused' || verdict === 'unsigned' || verdict === 'not-allowed'",
    to: 'verdict !== undefined',
  },
  { file: SUMMARY, from: "verdict === 'refused' || ", to: '' },
  { file: SUMMARY, from: "verdict === 'unsigned' || ", to: '' },
  { file: SUMMARY, from: " || verdict === 'not-allowed'", to: '' },
  { file: SUMMARY, from: '!isJudged || sha256 === undefined', to: 'sha256 === undefined' },
  { file: SUMMARY, from: "source === 'release-manifest' || source === 'binary'", to: 'source !== undefined' },
  { file: SUMMARY, from: "source === 'release-manifest' || source === 'binary'", to: "source === 'binary'" },
  {
    file: SUMMARY,
    from: "source === 'release-manifest' || source === 'binary'",
    to: "source === 'release-manifest'",
  },
  { file: SUMMARY, from: "...(isBound ? ['K8S_NAME_BOUND'] : [])", to: "'K8S_NAME_BOUND'" },
  { file: SUMMARY, from: 'isBound && component !== undefined', to: 'component !== undefined' },
  { file: SUMMARY, from: '...(exceptions.length === 0 ? {} : { exceptions }),', to: '' },
  { file: SUMMARY, from: 'if (policy === undefined) {', to: 'if (policy?.path === undefined) {' },
  { file: SUMMARY, from: "if (outcome === 'extracted') return digestUri(sha256);", to: '' },
  { file: SUMMARY, from: "outcome === 'verified' || asked !== undefined", to: 'asked !== undefined' },
  { file: SUMMARY, from: "outcome === 'verified' || asked !== undefined", to: "outcome === 'verified'" },
  {
    file: SUMMARY,
    from: 'const manifestBundle = isListed ? undefined : ',
    to: 'const manifestBundle = true ? undefined : ',
  },
  {
    file: SUMMARY,
    from: 'const manifest = isListed ? evidence.sha256 : ',
    to: 'const manifest = isListed ? undefined : ',
  },
  { file: SUMMARY, from: '...(trustedRoot === undefined ? {} : {', to: '...(true ? {} : {' },
  { file: URI, from: 'location === IN_MEMORY ? undefined : ', to: '' },
  { file: URI, from: '`${url.protocol}//${url.host}${encoded(url.pathname)}`', to: 'url.href' },
  {
    file: URI,
    from: 'return `file://${host}${encoded(pathname)}`;',
    to: 'return `file://${host}${resolve(path)}`;',
  },
  { file: URI, from: 'return `${uri}#${encoded(encodeURI(member))}`;', to: 'return `${uri}#${member}`;' },
  { file: URI, from: 'if (error instanceof RequestError) return undefined;', to: '' },
];
