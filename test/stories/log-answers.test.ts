/** What the log answers, as an install tells it: nothing is learnt from an answer that Rekor never gives. */
import { describe, expect, it } from 'vitest';
import { exitCodeFor } from '../../src/exit-codes.ts';
import { type Fault, fault } from '#support/http/faults';
import { testServers } from '#support/test-servers';
import { prepareInstall } from './support/install-run.ts';

const KUBECTL = Buffer.from('#!/bin/sh\necho kubectl v1.30.2\n');
const RELEASE = { version: 'v1.30.2', platform: 'linux/amd64', component: 'kubectl' };
const { sigstore, releases } = await testServers();

describe('an install whose log look-up is answered by something else', () => {
  it.each<[string, Fault]>([
    ['404', fault.status(404)],
    ['a list of an empty object', fault.body('[{}]', 'application/json')],
    ['400 in words', fault.status(400)],
    ['422 in words', fault.status(422)],
    ['an empty object', fault.body('{}')],
    ['null', fault.body('null')],
    ['a web page', fault.html(200)],
    ['a web page that calls itself JSON', fault.body('<html></html>')],
  ])('ends with 4: %s', async (_, answer) => {
    await releases.publishRelease({ ...RELEASE, bytes: KUBECTL, sigstore });
    sigstore.rekorServer.answerWith('/log/entries/retrieve', answer);
    const error = await (await prepareInstall({ sigstore, releases })).refused();
    expect(error).toMatchObject({
      name: 'UnavailableError',
      message: 'the public log gave no usable answer',
      why: expect.stringContaining('there is no proof'),
      next: expect.stringContaining('a proxy may have answered'),
    });
    expect(exitCodeFor(error)).toBe(4);
  });
});

describe('an install whose entry in the log is answered in part', () => {
  it.each([
    ['inclusion proof', 'inclusionProof'],
    ['signed entry timestamp', 'set'],
  ])("says that the log's answer lacks the %s", async (part, check) => {
    await releases.publishRelease({ ...RELEASE, bytes: KUBECTL, sigstore });
    const member = part === 'inclusion proof' ? 'inclusionProof' : 'signedEntryTimestamp';
    const without = fault.alter((honest) => {
      const text = Buffer.from(
        honest.body instanceof Uint8Array || typeof honest.body === 'string' ? honest.body : [],
      );
      return {
        ...honest,
        body: JSON.stringify(
          JSON.parse(text.toString('utf8'), (name, value: unknown) => (name === member ? undefined : value)),
        ),
      };
    });
    sigstore.rekorServer.answerWith('/log/entries/retrieve', without);
    const error = await (await prepareInstall({ sigstore, releases })).refused();
    expect(error).toMatchObject({
      name: 'UnavailableError',
      message: `the log's answer lacks the ${part} of the entry`,
      check,
    });
    expect(`${error.message} ${error.wanted} ${error.found}`).not.toContain('bundle');
    expect(exitCodeFor(error)).toBe(4);
  });
});
