/** Reads a page as strictly as it is written: every tag is closed, every attribute quoted, every `<` and `&` escaped. */

export interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** Texts and elements, in their order. */
  readonly parts: (string | Element)[];
}

/** They have no end. */
const EMPTY = new Set(['meta', 'link', 'br', 'input']);
/** What is in them is no HTML. */
const RAW = new Set(['script', 'style']);
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const TAG = /<(?<end>\/?)(?<name>[a-z][a-z0-9]*)(?<attributes>(?:\s+[a-zA-Z-]+(?:="[^"<>]*")?)*)\s*\/?>/y;

/** @throws Error where it is not written like that. */
export function readPage(page: string): Element {
  const beginning = /^<!doctype html>\n/.exec(page)?.[0];
  if (beginning === undefined) throw new Error('it does not begin as a page');
  const root: Element = { name: '', attributes: new Map(), parts: [] };
  const open: Element[] = [root];
  for (let at = beginning.length; at < page.length;) {
    const inside = open.at(-1) ?? root;
    if (RAW.has(inside.name)) {
      const end = page.indexOf(`</${inside.name}`, at);
      const text = page.slice(at, end);
      inside.parts.push(text);
      if (/<!--|<script/i.test(text)) throw new Error('an element that may not end where it seems to');
      at = end;
    }
    TAG.lastIndex = at;
    const tag = TAG.exec(page);
    if (tag?.groups === undefined) {
      const next = page.indexOf('<', at + 1);
      const text = page.slice(at, next === -1 ? page.length : next);
      inside.parts.push(unescaped(text));
      at += text.length;
      continue;
    }
    at += tag[0].length;
    const { end, name = '', attributes = '' } = tag.groups;
    if (end === '/') {
      if (open.pop()?.name !== name) throw new Error(`${tag[0]} ends something else`);
      continue;
    }
    const element: Element = { name, attributes: attributesOf(attributes), parts: [] };
    inside.parts.push(element);
    if (!EMPTY.has(name)) open.push(element);
  }
  if (open.length !== 1) throw new Error(`${open.at(-1)?.name} has no end`);
  return root;
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, name = '', value = ''] of text.matchAll(/([a-zA-Z-]+)(?:="([^"]*)")?/g)) {
    if (found.has(name)) throw new Error(`${name} is there twice`);
    found.set(name, unescaped(value));
  }
  return found;
}

function unescaped(text: string): string {
  if (/[<>]/.test(text)) throw new Error(`not escaped: ${text.slice(0, 80)}`);
  return text.replaceAll(/&([^;]*;?)/g, (whole, name: string) => {
    const character = ENTITIES[name.replace(/;$/, '')];
    if (character === undefined || !name.endsWith(';')) throw new Error(`not escaped: ${whole}`);
    return character;
  });
}

export function childrenOf({ parts }: Element): readonly Element[] {
  return parts.filter((part) => typeof part !== 'string');
}

/** Every element, from the outside in. */
export function elementsOf(element: Element): readonly Element[] {
  return [element, ...childrenOf(element).flatMap(elementsOf)];
}

/** All that a reader sees of it. */
export function textOf(element: Element): string {
  const parts = element.parts.map((part) => (typeof part === 'string' ? part : textOf(part)));
  return parts.join(' ').replaceAll(/\s+/g, ' ').trim();
}

export function byId(page: Element, id: string): Element {
  const found = elementsOf(page).filter(({ attributes }) => attributes.get('id') === id);
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} elements are ${id}`);
  return found[0];
}
