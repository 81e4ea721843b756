// What the runner starts. The runner brings the Node, so an old runner, Gitea or act may start this with one that cannot
// even parse the action: this file holds nothing that an old Node could not read, and looks first.
// The build copies it as it is to dist/action/index.js, next to main.cjs, which is the action and the command.
'use strict';

// The first release of actions/runner that is known to bring a Node that will do: 24.18.0 (src/Misc/externals.sh).
var FIRST_RUNNER = '2.336.0';

var version = process.versions.node.split('.').map(Number);
var supported =
  version[0] >= 26 ||
  (version[0] === 24 && version[1] >= 15) ||
  (version[0] === 22 && (version[1] > 22 || (version[1] === 22 && version[2] >= 2)));

// A launcher of the command (src/action/command.ts) starts this as well, with a first word; the runner gives none.
var asCommand = process.argv[2] === 'command';

/** An annotation of the job; `%`, and line breaks, have to be escaped in it. */
function annotate(title, lines) {
  if (asCommand) {
    process.stderr.write('k8s-verify: error: ' + title + '\n' + lines.join('\n') + '\n');
    return;
  }
  var text = lines.join('\n').replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
  process.stdout.write('::error title=k8s-verify%3A ' + title + '::' + text + '\n');
}

function cannotStart(error) {
  process.exitCode = 1;
  annotate('the action cannot start; nothing was proved', [String((error && error.stack) || error)]);
}

if (supported) {
  try {
    var program = require('./main.cjs');
    var words = process.argv.slice(0, 2).concat(process.argv.slice(3));
    (asCommand ? program.commandLine(words) : program.main(__filename)).catch(cannotStart);
  } catch (error) {
    cannotStart(error);
  }
} else {
  process.exitCode = 2;
  annotate('this runner is too old', [
    'this runner starts actions with Node v' + process.versions.node + ', which is too old for k8s-verify',
    'wanted Node 22.22.2, 24.15.0, 26 or newer',
    'next: update the runner. actions/runner ' +
      FIRST_RUNNER +
      ' or newer brings a Node that will do; with ' +
      'Gitea, Forgejo or act, take a newer image for the job, since Node comes from there',
  ]);
}
