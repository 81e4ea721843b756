/** A part of `npm run test:mutate-steps`: turns each decision of a lock, and looks for a lock that then has another outcome. */
import { LOCK_MUTATIONS } from './locks.ts';
import { turnEach } from './turn-each.ts';

await turnEach(LOCK_MUTATIONS, new URL('./lock-mutant.ts', import.meta.url), {}, 'decisions of a lock');
