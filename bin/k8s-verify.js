#!/usr/bin/env node
// CommonJS, and nothing in it that an old Node could not parse: it has to get as far as to say that it is too old.
var version = process.versions.node.split('.').map(Number);
var supported =
  version[0] >= 26 ||
  (version[0] === 24 && version[1] >= 15) ||
  (version[0] === 22 && (version[1] > 22 || (version[1] === 22 && version[2] >= 2)));
function cannotStart(error) {
  process.exitCode = 1;
  process.stderr.write('k8s-verify cannot start: ' + String(error.stack) + '\n');
}
if (process.versions.deno) {
  process.stderr.write(
    'k8s-verify does not run on Deno, whose crypto refuses genuine signatures. ' +
      'Use Node 22.22.2, 24.15.0, 26 or newer (https://nodejs.org), or the executable of k8s-verify\n',
  );
  process.exitCode = 1;
} else if (supported) {
  try {
    require('../dist/cli/main.cjs').main().catch(cannotStart);
  } catch (error) {
    cannotStart(error);
  }
} else {
  process.stderr.write(
    'k8s-verify needs Node 22.22.2, 24.15.0, 26 or newer; this is ' +
      process.version +
      '. Newer: https://nodejs.org\n',
  );
  process.exitCode = 2;
}
