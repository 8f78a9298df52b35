/** The cookies of one connection's session. Must never give a cookie to another origin than the one that set it. */
import type {Redactor} from '../values/secret.ts';
import type {Clock} from '../values/time.ts';

export interface CookieJar {
  /** Takes the Set-Cookie headers of an answer. */
  keep(url: string, cookies: readonly string[]): void;
  /** The Cookie header for this URL, or undefined. */
  header(url: string): string | undefined;
  clear(): void;
}

/** Keeps nothing: for connections without `cookies: true`. */
export const noCookies: CookieJar = {keep: () => undefined, header: () => undefined, clear: () => undefined};

/** Cookies by origin and name. Domain and path are ignored: what an origin sets goes back to that origin only. */
export function createCookieJar(clock: Clock, redactor: Redactor): CookieJar {
  const origins = new Map<string, Map<string, string>>();
  return {
    keep(url, cookies) {
      const {origin} = new URL(url);
      const kept = origins.get(origin) ?? new Map<string, string>();
      origins.set(origin, kept);
      for (const cookie of cookies) {
        const [pair = '', ...attributes] = cookie.split(';');
        const [, name, value] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
        if (name === undefined || value === undefined) continue;
        redactor.add(value);
        if (isOver(attributes, clock.now())) kept.delete(name);
        else kept.set(name, value);
      }
    },
    header(url) {
      const kept = origins.get(new URL(url).origin);
      return kept?.size ? [...kept].map(([name, value]) => `${name}=${value}`).join('; ') : undefined;
    },
    clear: () => origins.clear(),
  };
}

/** Max-Age decides before Expires (RFC 6265, 4.1.2.2). */
function isOver(attributes: readonly string[], now: number): boolean {
  const read = (name: string) =>
    attributes
      .map((text) => text.trim().split('='))
      .find(([key]) => key?.toLowerCase() === name)
      ?.slice(1)
      .join('=');
  const maxAge = read('max-age');
  if (maxAge !== undefined) return Number(maxAge) <= 0;
  return Date.parse(read('expires') ?? '') <= now;
}
