/** A part of `npm run test:mutate-steps`: turns each decision of an audit, and looks for a release that then has another outcome. */
import { AUDIT_MUTATIONS } from './audits.ts';
import { turnEach } from './turn-each.ts';

await turnEach(AUDIT_MUTATIONS, new URL('./audit-mutant.ts', import.meta.url), {}, 'decisions of an audit');
