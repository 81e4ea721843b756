import { describe, expect, it } from 'vitest';
import { TransportFailure } from '../../../src/http/failure.ts';
import { isRedirect, nextHop } from '../../../src/http/redirects.ts';
import { MAX_REDIRECTS } from '../../../src/limits.ts';

const START = 'https://dl.example/release/kubectl';

function hop(
  location: string | undefined,
  change: { status?: number; method?: 'POST'; visited?: string[] } = {},
): URL {
  const visited = (change.visited ?? [START]).map((url) => new URL(url));
  return nextHop({ method: change.method ?? 'GET', status: change.status ?? 302, location, visited });
}

function refusal(...parameters: Parameters<typeof hop>): TransportFailure {
  try {
    hop(...parameters);
  } catch (error) {
    if (error instanceof TransportFailure) return error;
    throw error;
  }
  throw new Error('the redirect was followed');
}

describe('a redirect that is followed', () => {
  it.each([
    ['https://cdn.example/x', START, 'https://cdn.example/x'],
    ['/v1.26.0/kubectl', START, 'https://dl.example/v1.26.0/kubectl'],
    ['kubectl.new', START, 'https://dl.example/release/kubectl.new'],
    ['//cdn.example/x', START, 'https://cdn.example/x'],
    ['?signature=1', START, `${START}?signature=1`],
    ['https://cdn.example/x', 'http://dl.example/', 'https://cdn.example/x'],
    ['http://cdn.example/x', 'http://dl.example/', 'http://cdn.example/x'],
    ['https://user:secret@cdn.example/x#part', START, 'https://cdn.example/x'],
  ])('%s from %s', (location, from, to) => {
    expect(hop(location, { visited: [from] }).href).toBe(to);
  });

  it.each([307, 308])('%i keeps a POST', (status) => {
    expect(hop('/elsewhere', { status, method: 'POST' }).pathname).toBe('/elsewhere');
  });

  it.each([301, 302, 303, 307, 308])('%i is one', (status) => {
    expect(isRedirect(status)).toBe(true);
  });

  it.each([200, 206, 300, 304, 305, 306, 309, 404])('%i is none', (status) => {
    expect(isRedirect(status)).toBe(false);
  });
});

describe('a redirect that is refused', () => {
  const long = Array.from({ length: MAX_REDIRECTS + 1 }, (_, index) => `https://dl.example/${index}`);

  it.each([
    ['without a Location', undefined, {}, 'HTTP 302 Found without a Location'],
    ['to no URL', 'https://[broken', {}, 'not a web address: "https://[broken"'],
    ['to a file', 'file:///etc/passwd', {}, 'not a web address: "file:///etc/passwd"'],
    ['to data', 'data:text/plain,x', {}, 'not a web address'],
    ['to ftp', 'ftp://dl.example/x', {}, 'not a web address'],
    ['from https to http', 'http://dl.example/x', {}, 'from https to http: http://dl.example/x'],
    ['to itself', START, {}, `in a circle: ${START} -> ${START}`],
    [
      'back',
      '/1',
      { visited: ['https://dl.example/1', 'https://dl.example/2'] },
      'in a circle: https://dl.example/1 ->',
    ],
    ['too often', '/next', { visited: long }, `more than ${MAX_REDIRECTS} redirects`],
    ['of a POST with 301', '/x', { status: 301, method: 'POST' as const }, 'would turn it into a GET'],
    ['of a POST with 302', '/x', { status: 302, method: 'POST' as const }, 'would turn it into a GET'],
    ['of a POST with 303', '/x', { status: 303, method: 'POST' as const }, 'would turn it into a GET'],
  ])('%s', (_name, location, change, message) => {
    const { failure } = refusal(location, change);
    expect(failure).toMatchObject({ transient: false, code: 'response-invalid' });
    expect(failure.reason).toContain(message);
  });

  it('shows no secrets of the URL', () => {
    const { failure } = refusal('http://user:secret@cdn.example/x?signature=secret');
    expect(failure.reason).toContain('http://cdn.example/x?...');
    expect(failure.reason).not.toContain('secret');
  });

  it('allows as many as the limit says', () => {
    expect(hop('/next', { visited: long.slice(1) }).pathname).toBe('/next');
  });
});
