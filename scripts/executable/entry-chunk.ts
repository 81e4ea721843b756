/** The chunk of the command line that has `main()`; `bin/k8s-verify.js` loads it by this name. */
export const ENTRY_CHUNK = 'main.cjs';
