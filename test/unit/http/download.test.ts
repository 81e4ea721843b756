import { describe, expect, it } from 'vitest';
import { client, MemorySink, pattern, serve } from './loopback.ts';

describe('a download', () => {
  it('goes on with Range where it broke', async () => {
    const whole = pattern(300_000);
    const server = await serve((request, response, number) => {
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      response.writeHead(start === 0 ? 200 : 206, {
        'content-length': whole.length - start,
        ...(start === 0 ? {} : { 'content-range': `bytes ${start}-${whole.length - 1}/${whole.length}` }),
      });
      if (number < 3) response.write(whole.subarray(start, start + 100_000), () => response.destroy());
      else response.end(whole.subarray(start));
    });
    const http = client();
    const sink = new MemorySink();
    const url = `${server.origin}/kubectl`;
    const outcome = await http.download({ urls: [url], sink, maxBytes: 1_000_000, what: 'kubectl' });
    expect(outcome).toEqual({ url, bytes: 300_000, resumed: true, endedByClose: false });
    expect(sink.bytes.equals(whole)).toBe(true);
    expect(server.requests[0]?.headers.range).toBeUndefined();
    expect(http.events.filter(({ kind }) => kind === 'resume').length).toBeGreaterThan(0);
  });
});
