/** A part of `npm run test:mutate-steps`: turns each decision of a scan, and looks for a machine that is then told otherwise. */
import { SCAN_MUTATIONS } from './scans.ts';
import { turnEach } from './turn-each.ts';

await turnEach(SCAN_MUTATIONS, new URL('./scan-mutant.ts', import.meta.url), {}, 'decisions of a scan');
