/** Names of the language from names of the definition. The same definition always gives the same names. */

const longest = 64;

/** Words of a text: at everything that is neither letter nor digit, accents taken off. */
function words(text: string): string[] {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean);
}

/** `StartJobs` is startJobs, `X-API-Key` is xApiKey, `$filter` is filter. */
export function toName(text: string, fallback: string): string {
  const joined = words(text)
    .map((word, i) => (i === 0 ? lowerFirst(word) : upperFirst(calm(word))))
    .join('');
  const name = /^[a-z]/.test(joined) ? joined : joined === '' ? fallback : `${fallback}${upperFirst(joined)}`;
  return withoutTraps(name.slice(0, longest));
}

/** Names that paths of expressions refuse. */
function withoutTraps(name: string): string {
  return name === 'constructor' || name === 'prototype' ? `${name}Value` : name;
}

/** A word all in capitals, as headers are often written, keeps only its first. */
function calm(word: string): string {
  return word.length > 2 && word === word.toUpperCase() ? word.toLowerCase() : word;
}

function lowerFirst(word: string): string {
  const capitals = /^[A-Z]+/.exec(word)?.[0].length ?? 0;
  if (capitals === word.length) return word.toLowerCase();
  const head = capitals > 1 ? capitals - 1 : capitals;
  return word.slice(0, head).toLowerCase() + word.slice(head);
}

function upperFirst(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** `Acme CRM API` is acme-crm-api. */
export function toId(text: string, fallback: string): string {
  const id = words(text).join('-').toLowerCase().slice(0, longest).replace(/-+$/, '');
  return /^[a-z]/.test(id) ? id : id === '' ? fallback : `${fallback}-${id}`.slice(0, longest);
}

/** `jobsStart` is jobs-start: for files. */
export function toKebab(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();
}

/** Gives each name once: a second one gets 2, a third one 3. Case does not tell names apart, so that files can have them. */
export class Namer {
  readonly #taken = new Set<string>();

  take(wanted: string): string {
    for (let count = 1; ; count++) {
      const suffix = count === 1 ? '' : String(count);
      const name = wanted.slice(0, longest - suffix.length) + suffix;
      if (this.#taken.has(name.toLowerCase())) continue;
      this.#taken.add(name.toLowerCase());
      return name;
    }
  }
}

/** Without an operationId: the method and the words of the path, parameters as `By…`. */
export function nameOfRequest(method: string, path: string): string {
  const parts = path
    .split('/')
    .filter(Boolean)
    .map((part) => part.replace(/\{([^}]*)\}/g, ' by $1 '));
  return toName(
    `${method.toLowerCase()} ${parts.join(' ').replace(/\b[a-z]/g, (letter) => letter.toUpperCase())}`,
    'call',
  );
}
