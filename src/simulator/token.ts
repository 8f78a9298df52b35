/** Tokens this simulator has issued. Must never accept one it does not know. */
import {randomBytes} from 'node:crypto';

export class TokenStore {
  readonly #expiry = new Map<string, number>();

  issue(now: number, lifetimeMs: number): string {
    this.#forget(now);
    const token = randomBytes(24).toString('base64url');
    this.#expiry.set(token, now + lifetimeMs);
    return token;
  }

  stateOf(token: string, now: number): 'live' | 'expired' | 'unknown' {
    const expiry = this.#expiry.get(token);
    if (expiry === undefined) return 'unknown';
    return expiry > now ? 'live' : 'expired';
  }

  /** Makes every token expire. */
  expireAll(): void {
    for (const token of this.#expiry.keys()) this.#expiry.set(token, Number.NEGATIVE_INFINITY);
  }

  #forget(now: number): void {
    if (this.#expiry.size < 10_000) return;
    for (const [token, expiry] of this.#expiry) if (expiry <= now) this.#expiry.delete(token);
  }
}
