/**
 * undici as far as the network code uses it. The whole package has fetch, WebSockets, HTTP/2, caches and mocks too; to
 * load them takes 37 ms and 11 MB of every run with a network (docs/dependencies.md).
 */
import type { Plugin } from 'rolldown';
import type { UndiciPart } from '../src/http/connections.ts';

/** Where undici's own index takes each part from; a test holds the two together. */
export const UNDICI_FILES: Readonly<Record<UndiciPart, string>> = {
  Agent: './lib/dispatcher/agent.js',
  Pool: './lib/dispatcher/pool.js',
  ProxyAgent: './lib/dispatcher/proxy-agent.js',
  Socks5ProxyAgent: './lib/dispatcher/socks5-proxy-agent.js',
  buildConnector: './lib/core/connect.js',
  errors: './lib/core/errors.js',
};

/**
 * What these parts would have with them and never use: `Client` has HTTP/2 for connections that agreed on it, which ours
 * never do, and all of fetch for bodies that are forms. A call would fail with that.
 */
const LEFT_OUT = /[\\/]undici[\\/]lib[\\/](?:dispatcher[\\/]client-h2\.js$|web[\\/])/;

/** Has every bundle take these parts of undici, and no others. The sources import undici by its public name. */
export const undiciInPart: Plugin = {
  name: 'undici-in-part',
  load: {
    filter: { id: /[\\/]undici[\\/](?:index\.js$|lib[\\/])/ },
    handler(id) {
      if (/[\\/]undici[\\/]index\.js$/.test(id)) return partsOfIndex();
      if (!LEFT_OUT.test(id)) return undefined;
      return "module.exports = () => { throw new Error('HTTP/2 and fetch are not in this bundle'); };";
    },
  },
};

function partsOfIndex(): string {
  const parts = Object.entries(UNDICI_FILES).map(([name, file]) => `${name}: require('${file}')`);
  return [
    // As the index does, for all of lib/api; ProxyAgent asks its client for this one.
    "require('./lib/dispatcher/dispatcher.js').prototype.connect = require('./lib/api/api-connect.js');",
    `module.exports = { ${parts.join(', ')} };`,
  ].join('\n');
}

/** Undici's own switch for bundles without its second, experimental HTTP parser. */
export const WITHOUT_SECOND_PARSER: Readonly<Record<string, string>> = { esbuildDetection: 'true' };
