/** Made-up credentials that one search finds wherever they got to, whole, cut or encoded. */
import {randomBytes} from 'node:crypto';

/** The word all of them begin with. No other text of a test may hold it. */
const word = 'jw_canary_';

export interface Canary {
  readonly name: string;
  readonly text: string;
}

/** Unique, legal in a header, and with characters that every encoding changes. */
export function makeCanary(name: string): Canary {
  return {name, text: `${word}${name}_${randomBytes(8).toString('hex')}+/=&%"!`};
}

/** A text in the encodings it may travel in. */
export const encodings: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  base64: (text) => Buffer.from(text).toString('base64'),
  'base64 inside a longer text': (text) => Buffer.from(`user-1:${text}, and so on`).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  hex: (text) => Buffer.from(text).toString('hex'),
  'URL-encoded': encodeURIComponent,
  'form-encoded': (text) => new URLSearchParams([['a', text]]).toString().slice(2),
  'JSON-escaped': (text) => JSON.stringify(text).slice(1, -1),
};

interface Needle {
  readonly how: string;
  readonly text: string;
}

/** What betrays the word in any encoding: base64 has three spellings, by where in the encoded text it begins. */
function needlesFor(text: string): readonly Needle[] {
  const bytes = Buffer.from(text);
  const spellings = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  return [
    {how: 'plain', text},
    {how: 'hex', text: bytes.toString('hex')},
    {how: 'hex', text: bytes.toString('hex').toUpperCase()},
    ...spellings.map((spelling) => ({how: 'base64', text: spelling})),
  ];
}

const needles = needlesFor(word);

/** Where in a text a credential, or a part of it, can be seen: name and encoding, with what stands around it. */
export function sightings(content: string | Uint8Array, canaries: readonly Canary[] = []): string[] {
  const text = typeof content === 'string' ? content : Buffer.from(content).toString('latin1');
  const tails = canaries.map(({name, text: whole}) => ({
    how: `end of ${name}`,
    text: /[0-9a-f]{16}/.exec(whole)?.[0] ?? whole,
  }));
  return [...needles, ...tails].flatMap(({how, text: needle}) => {
    const at = text.indexOf(needle);
    return at < 0 ? [] : [`${how}: …${text.slice(Math.max(0, at - 160), at + 80)}…`];
  });
}
