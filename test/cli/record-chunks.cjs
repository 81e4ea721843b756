/** Required before the command line: prints, at the end, which of its chunks were loaded, and when it first connected. */
const Module = require('node:module');
const path = require('node:path');
const net = require('node:net');

const events = [];

/** Without the hash in its name. */
function record(event) {
  const name = path.basename(event).replace(/(?:-[0-9a-z]{8})?\.cjs$/, '');
  if (!events.includes(name)) events.push(name);
}

const { _load: load } = Module;
Module._load = function (request, ...rest) {
  if (/^\.\/.+\.cjs$/.test(request)) record(request);
  return load.call(this, request, ...rest);
};

const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...args) {
  record('(connects)');
  return connect.apply(this, args);
};

process.on('exit', () => {
  require('node:fs').writeFileSync(process.env.TEST_CHUNKS_FILE, JSON.stringify(events));
});
