/** Where the executable begins. Node sets `process.argv` there as it does for a script. */
import { main } from '../../src/cli/main.ts';

void main();
