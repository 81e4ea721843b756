/**
 * `npm run test:mutate-steps`, its last part: leaves out or turns each check of {@link REFRESH_MUTATIONS}, those of tuf-js
 * among them, and looks for a refresh that then comes out otherwise.
 */
import { REFRESH_MUTATIONS } from './refreshes.ts';
import { turnEach } from './turn-each.ts';

await turnEach(REFRESH_MUTATIONS, new URL('./refresh-mutant.ts', import.meta.url), {}, 'checks');
