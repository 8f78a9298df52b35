/** Looks for secrets in what is about to be written: those that are known, in any encoding, and texts that look like one. Must never print what it finds. */
import type {Json} from '../values/json.ts';
import {textsOf} from './record-disguise.ts';

export interface Suspicion {
  readonly pointer: string;
  /** Ends a sentence that begins with the place. */
  readonly why: string;
}

/** `harmless` are the texts that stand for secrets. */
export function findSecrets(
  value: Json,
  {secrets, harmless}: {readonly secrets: readonly string[]; readonly harmless: ReadonlySet<string>},
): Suspicion[] {
  const known = secrets.filter((secret) => secret.length >= 6);
  return textsOf(value).flatMap(({pointer, key, text}) => {
    if (harmless.has(text)) return [];
    const why = holdsKnown(text, known) ?? looksSecret(text, harmless) ?? namedSecret(key, text);
    return why === undefined ? [] : [{pointer, why}];
  });
}

function holdsKnown(text: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const readings = readingsOf(text, 2);
  return readings.some((reading) => known.some((secret) => reading.includes(secret)))
    ? 'holds a secret of the connection'
    : undefined;
}

/** The text, and what it is when decoded, again and again. */
function readingsOf(text: string, depth: number): string[] {
  if (depth === 0) return [text];
  const pieces = text.match(/[A-Za-z0-9+/_=-]{8,}/g) ?? [];
  const decoded = [
    unescaped(text),
    ...pieces.flatMap((piece) => [
      Buffer.from(piece, 'base64').toString('utf8'),
      ...(/^(?:[0-9a-f]{2})+$/i.test(piece) ? [Buffer.from(piece, 'hex').toString('utf8')] : []),
    ]),
  ].filter((reading): reading is string => reading !== undefined && reading !== text && reading !== '');
  return [text, ...decoded.flatMap((reading) => readingsOf(reading, depth - 1))];
}

function unescaped(text: string): string | undefined {
  if (!text.includes('%') && !text.includes('\\')) return undefined;
  try {
    return decodeURIComponent(text.replaceAll(/\\(.)/g, '$1'));
  } catch {
    return undefined;
  }
}

/** Shapes that only credentials have; nothing else is taken for one of them. */
export const credentialShapes: readonly (readonly [RegExp, string])[] = [
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/, 'looks like a JSON Web Token'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, 'holds a private key'],
  [
    /\b(?:gh[oprsu]_|glpat-|xox[abeprs]-|sk_(?:live|test)_|rk_live_|AKIA|ASIA|AIza|SG\.)[\w.-]{10,}/,
    'begins like an access key',
  ],
  [/:\/\/[^/\s:@]+:[^/\s@]+@/, 'is an address with a password'],
];

/** Shapes that credentials have wherever they come from. */
const shapes: readonly (readonly [RegExp, string])[] = [
  [/\b(?:bearer|basic|token)\s+((?=\S*[0-9=])[A-Za-z0-9+/=._~-]{12,})/i, 'looks like an Authorization header'],
  ...credentialShapes,
];

function looksSecret(text: string, harmless: ReadonlySet<string>): string | undefined {
  for (const [shape, why] of shapes) {
    const found = shape.exec(text);
    if (found && !harmless.has(found[1] ?? '')) return why;
  }
  const words = text.match(/[A-Za-z0-9_+=-]{32,}/g) ?? [];
  return words.some(isRandom) ? 'looks like a random key' : undefined;
}

/** Hex digits are ids and digests; long names change between upper, lower and digits only at their words. */
function isRandom(word: string): boolean {
  if (/^[0-9a-f-]+$/i.test(word) || /^jw-[a-z2-7]{26}$/.test(word)) return false;
  if (!/[a-z]/.test(word) || !/[A-Z]/.test(word) || !/\d/.test(word)) return false;
  const classes = [...word].map((c) => (/[a-z]/.test(c) ? 1 : /[A-Z]/.test(c) ? 2 : /\d/.test(c) ? 3 : 4));
  const turns = classes.filter((one, i) => i > 0 && one !== classes[i - 1]).length;
  return entropy(word) >= 4 && turns / word.length >= 0.4;
}

/** Bits per character. */
function entropy(word: string): number {
  const counts = new Map<string, number>();
  for (const c of word) counts.set(c, (counts.get(c) ?? 0) + 1);
  return [...counts.values()].reduce((sum, n) => sum - (n / word.length) * Math.log2(n / word.length), 0);
}

const secretName =
  /(?:^|[_-])(?:password|passwd|passphrase|secret|client_?secret|api_?key|access_?token|refresh_?token|id_?token|private_?key|authorization)$/i;

/** Starred out and very short texts say nothing. */
function namedSecret(key: string | undefined, text: string): string | undefined {
  if (key === undefined || !secretName.test(key.replace(/([a-z])([A-Z])/g, '$1_$2'))) return undefined;
  return text.length >= 6 && new Set(text).size > 1 ? 'stands under the name of a secret' : undefined;
}
