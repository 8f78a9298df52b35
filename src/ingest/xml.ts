/** A small strict reader of XML: elements, attributes, text, CDATA. Must never read a DTD, an entity of the author's or a file. */
import {type Json, JsonFault, type JsonObject} from '../values/json.ts';

interface Element {
  readonly name: string;
  readonly attributes: readonly (readonly [string, string])[];
  readonly children: Map<string, Json[]>;
  text: string;
}

const limits = {depth: 64, nodes: 200_000};

const name = '[A-Za-z_][\\w.-]*(?::[A-Za-z_][\\w.-]*)?';
const openTag = new RegExp(`<(${name})((?:\\s+${name}\\s*=\\s*(?:"[^"<]*"|'[^'<]*'))*)\\s*(/?)>`, 'y');
const closeTag = new RegExp(`</(${name})\\s*>`, 'y');
const attribute = new RegExp(`(${name})\\s*=\\s*(?:"([^"<]*)"|'([^'<]*)')`, 'g');
const comment = /<!--(?:(?!--)[\s\S])*-->/y;
const instruction = /<\?(?!xml\b)[A-Za-z_][\w.-]*(?:\s(?:(?!\?>)[\s\S])*)?\?>/y;
const declaration = /<\?xml\s(?:(?!\?>)[\s\S])*\?>/y;
const cdata = /<!\[CDATA\[((?:(?!\]\]>)[\s\S])*)\]\]>/y;
const characters = /[^<]+/y;

/**
 * `{root: …}`: attributes are `@name`, text is `#text` or, in an element that holds nothing else, its whole value; an element
 * that comes again makes a list; prefixes are dropped. JsonFault for anything that is not well-formed, and for a DTD.
 */
export function parseXml(text: string): JsonObject {
  const reader = createReader(text);
  reader.take(declaration);
  skipMisc(reader);
  const root = readElement(reader);
  skipMisc(reader);
  if (!reader.ended()) throw wrong(reader, 'something follows the root element');
  const document = Object.create(null) as JsonObject;
  document[root.name] = contentOf(root);
  return document;
}

interface Reader {
  take(pattern: RegExp): RegExpExecArray | undefined;
  ended(): boolean;
  readonly at: number;
  nodes: number;
}

function createReader(text: string): Reader {
  let at = 0;
  return {
    nodes: 0,
    get at() {
      return at;
    },
    take(pattern) {
      pattern.lastIndex = at;
      const match = pattern.exec(text) ?? undefined;
      if (match) at = pattern.lastIndex;
      return match;
    },
    ended: () => at >= text.length,
  };
}

function skipMisc(reader: Reader): void {
  while (reader.take(/\s+/y) || reader.take(comment) || reader.take(instruction));
}

/** Without recursion, so that depth is a limit of ours and not of the stack. */
function readElement(reader: Reader): Element {
  const opened = reader.take(openTag);
  if (!opened) throw wrong(reader, 'an element was expected; document types are not read');
  const root = elementOf(reader, opened);
  if (opened[3] === '/') return root;
  const path = [{element: root, tag: opened[1]}];
  for (let here = path.at(-1); here; here = path.at(-1)) {
    const closed = reader.take(closeTag);
    if (closed) {
      if (closed[1] !== here.tag) throw wrong(reader, `</${closed[1]}> closes <${here.tag}>`);
      path.pop();
      const parent = path.at(-1)?.element;
      if (parent) addChild(parent, here.element);
      continue;
    }
    const child = reader.take(openTag);
    if (!child) readText(reader, here.element);
    else if (child[3] === '/') addChild(here.element, elementOf(reader, child));
    else if (path.push({element: elementOf(reader, child), tag: child[1]}) > limits.depth)
      throw new JsonFault('depth', `deeper than ${limits.depth} levels`);
  }
  return root;
}

function readText(reader: Reader, element: Element): void {
  const literal = reader.take(cdata);
  const text = literal ? undefined : reader.take(characters);
  if (literal) element.text += literal[1] ?? '';
  else if (text) {
    if (text[0].includes(']]>')) throw wrong(reader, ']]> outside CDATA');
    element.text += decodeEntities(reader, text[0]);
  } else if (!reader.take(comment) && !reader.take(instruction))
    throw wrong(reader, 'a tag is broken or an element is not closed');
}

function elementOf(reader: Reader, match: RegExpExecArray): Element {
  count(reader);
  const attributes: (readonly [string, string])[] = [];
  const seen = new Set<string>();
  for (const [, key = '', double, single] of (match[2] ?? '').matchAll(attribute)) {
    count(reader);
    if (seen.has(key)) throw new JsonFault('duplicate', `the attribute ${key} comes twice`);
    seen.add(key);
    if (key !== 'xmlns' && !key.startsWith('xmlns:'))
      attributes.push([`@${local(key)}`, decodeEntities(reader, double ?? single ?? '')]);
  }
  return {name: local(match[1] ?? ''), attributes, children: new Map(), text: ''};
}

function count(reader: Reader): void {
  if (++reader.nodes > limits.nodes) throw new JsonFault('nodes', `more than ${limits.nodes} values`);
}

function addChild(parent: Element, child: Element): void {
  const list = parent.children.get(child.name);
  if (list) list.push(contentOf(child));
  else parent.children.set(child.name, [contentOf(child)]);
}

function contentOf({attributes, children, text}: Element): Json {
  if (attributes.length === 0 && children.size === 0) return text;
  const value = Object.create(null) as JsonObject;
  for (const [key, content] of attributes) value[key] = content;
  for (const [key, list] of children) value[key] = list.length === 1 ? (list[0] ?? null) : list;
  if (text.trim() !== '') value['#text'] = text.trim();
  return value;
}

function local(qualified: string): string {
  const bare = qualified.slice(qualified.indexOf(':') + 1);
  if (bare === '__proto__') throw new JsonFault('forbidden', 'the name __proto__ is not allowed');
  return bare;
}

const named: Readonly<Record<string, string>> = {lt: '<', gt: '>', amp: '&', quot: '"', apos: "'"};

/** The five entities of XML and character references; there is nowhere to declare more. */
function decodeEntities(reader: Reader, text: string): string {
  return text.replace(/&([^;&\s]{1,12};)?/g, (whole, reference: string | undefined) => {
    const entity = reference?.slice(0, -1) ?? '';
    if (Object.hasOwn(named, entity)) return named[entity] ?? '';
    const match = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(entity);
    const code = match ? Number.parseInt(match[1] ?? match[2] ?? '', match[1] === undefined ? 10 : 16) : 0;
    if (!isCharacter(code)) throw wrong(reader, `the entity ${whole.slice(0, 20)} is not known`);
    return String.fromCodePoint(code);
  });
}

function isCharacter(code: number): boolean {
  if (code < 32) return code === 9 || code === 10 || code === 13;
  return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) && code !== 0xfffe && code !== 0xffff;
}

function wrong(reader: Reader, problem: string): JsonFault {
  return new JsonFault('syntax', `${problem} (at character ${reader.at})`);
}
