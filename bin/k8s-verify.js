#!/usr/bin/env node
// Old Nodes must be able to parse this file: no static import of anything newer than they are.
var version = process.versions.node.split('.').map(Number);
var supported =
  version[0] >= 26 ||
  (version[0] === 24 && version[1] >= 15) ||
  (version[0] === 22 && (version[1] > 22 || (version[1] === 22 && version[2] >= 2)));
if (supported) {
  await import('../dist/cli/main.js').then((cli) => cli.main());
} else {
  process.stderr.write(
    'k8s-verify needs Node 22.22.2, 24.15.0, 26 or newer; this is ' +
      process.version +
      '. Newer: https://nodejs.org\n',
  );
  process.exitCode = 2;
}
