/** How long to wait before a request is repeated, as pure functions. Must never wait itself. */
import type {Chance} from '../values/time.ts';

export interface Backoff {
  readonly baseMs: number;
  readonly factor: number;
  readonly capMs: number;
  /** full: anywhere between nothing and the whole wait, so that many callers do not come back at once. */
  readonly jitter: 'full' | 'none';
}

/** Milliseconds before attempt `attempt + 1`; `attempt` counts from 1. Never above the cap. */
export function backoffMs({baseMs, factor, capMs, jitter}: Backoff, attempt: number, chance: Chance): number {
  const whole = Math.min(capMs, baseMs * factor ** (attempt - 1));
  return Math.round(jitter === 'full' ? whole * chance() : whole);
}

export const maxRetryAfterMs = 10 * 60_000;

const httpDate =
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Retry-After (RFC 9110, 10.2.3), seconds or date, as milliseconds from `now`, 0 to 10 minutes; undefined when it is neither. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return clamp(Number(text) * 1000);
  return httpDate.test(text) ? clamp(Date.parse(text) - now) : undefined;
}

function clamp(waitMs: number): number | undefined {
  return Number.isNaN(waitMs) ? undefined : Math.round(Math.min(maxRetryAfterMs, Math.max(0, waitMs)));
}
