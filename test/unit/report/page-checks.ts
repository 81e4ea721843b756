/** What must be true of every page, whatever it shows. */
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { STYLE } from '../../../src/report/style.ts';
import { byId, childrenOf, type Element, elementsOf, readPage, textOf } from './read-page.ts';

export function elementsCalled(page: Element, name: string): readonly Element[] {
  return elementsOf(page).filter((element) => element.name === name);
}

/** Attributes that a browser takes an address from, or runs. */
const ADDRESSES =
  /^(?:href|src|srcset|action|formaction|data|poster|background|cite|ping|style|on.*|xlink:href|target|manifest)$/;
const ALLOWED =
  /^href (?:#(?:files|compared|file-[1-9][0-9]*)|data:,|https:\/\/search\.sigstore\.dev\/\?logIndex=[0-9]+)$/;

/** No address but of ours, and one script, by its digest. */
export function assertAsksNobody(page: Element): void {
  const attributes = elementsOf(page).flatMap(({ attributes: each }) => Array.from(each));
  const addresses = attributes.filter(([name]) => ADDRESSES.test(name));
  for (const [name, value] of addresses) expect(`${name} ${value}`).toMatch(ALLOWED);
  const scripts = elementsCalled(page, 'script').filter((one) => !one.attributes.has('type'));
  const source = scripts.flatMap(({ parts }) => parts).find((part) => typeof part === 'string') ?? '';
  expect(scripts).toHaveLength(1);
  const hash = createHash('sha256').update(source).digest('base64');
  const [charset, policy] = elementsCalled(page, 'head').flatMap(childrenOf);
  // It stands before everything that it is about.
  expect(Object.fromEntries(charset?.attributes ?? [])).toEqual({ charset: 'utf-8' });
  expect(Object.fromEntries(policy?.attributes ?? [])).toEqual({
    'http-equiv': 'Content-Security-Policy',
    content: `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`,
  });
  expect(STYLE).not.toMatch(/url\(|@import|@font-face|<\//);
}

/** A table has a caption, and every heading says what it is of. */
export function assertTables(page: Element): void {
  for (const table of elementsCalled(page, 'table')) {
    expect(childrenOf(table)[0]?.name).toBe('caption');
    for (const heading of elementsCalled(table, 'th'))
      expect(heading.attributes.get('scope')).toMatch(/^(?:col|row)$/);
  }
}

/** The data of a page, as its own lines, and whether its digest is in the text. */
export function dataOf(source: string): unknown {
  const [line = ''] =
    source.split('\n<script type="application/json" id="data">\n')[1]?.split('\n</script>') ?? [];
  expect(line).not.toMatch(/[\n<>&]/);
  const page = readPage(source);
  const digest = createHash('sha256').update(`${line}\n`).digest('hex');
  expect(textOf(byId(page, 'check'))).toContain(digest);
  return JSON.parse(line);
}

/** Elements with the names of their attributes. */
export function shapeOf(root: Element): readonly string[] {
  return elementsOf(root).map(({ name, attributes }) => [name, ...attributes.keys()].join(' '));
}

/** That nothing others wrote is more than text. */
export function assertOnlyText(source: string, plain: string): void {
  const page = readPage(source);
  expect(shapeOf(page)).toEqual(shapeOf(readPage(plain)));
  assertAsksNobody(page);
  // Only the line ends of the page itself.
  expect(source).not.toMatch(/[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
  expect(source.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
}

export const HOSTILE: readonly (readonly [string, string])[] = [
  ['an element', '<script>alert(1)</script>'],
  ['the end of an element', '</script></style></title></td></table><!--'],
  ['an attribute', '" onload="alert(1)'],
  ['an attribute in single quotes', "' onload='alert(1)"],
  ['an entity', '&lt;img src=x&gt; &amp'],
  ['a tab and lines', 'a\tb\nc\r\nd\u2028e\u2029f'],
  ['an escape', '\u001b[31mred\u001b[0m\u0007'],
  ['marks of direction', 'kube\u202ectl\u2066\u200f'],
  ['what is not seen', 'kube\u200bctl\ufeff\u00ad'],
  ['half a character', 'kube\ud800ctl\udc00'],
  ['what stands for broken bytes', 'kube\ufffdctl'],
  ['an address', 'javascript:alert(1)//https://evil.example/?logIndex=1'],
  ['what a replacement would read', '$& $1 ${x} {{x}} \\u003c'],
];
