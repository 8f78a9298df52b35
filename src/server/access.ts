/** Who may use the API: whoever has the token, or, where there is none, this machine alone. */
import {createHash, timingSafeEqual} from 'node:crypto';
import type {FastifyRequest} from 'fastify';
import {fail} from '../errors/jobwire-error.ts';
import {Refused} from './refused.ts';

/** JW7105: 401 without the token, 403 from elsewhere or for another site's page, 421 under a foreign name. */
export function checkAccess(request: FastifyRequest, apiToken: string | undefined): void {
  checkOrigin(request);
  if (apiToken === undefined) checkLoopback(request);
  else if (!hasToken(request, apiToken)) throw fail('JW7105', {problem: 'the API token is missing or wrong'});
}

/** A browser says which page speaks; programs say nothing. */
function checkOrigin({headers}: FastifyRequest): void {
  const {origin, host} = headers;
  if (origin !== undefined && URL.parse(origin)?.host !== host)
    throw new Refused(403, fail('JW7105', {problem: 'a page of another site may not use the API'}));
}

function hasToken({headers}: FastifyRequest, apiToken: string): boolean {
  const given = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
  return timingSafeEqual(digest(given), digest(apiToken));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/**
 * A web page can make its own name resolve to 127.0.0.1 (DNS rebinding), and a proxy on this machine brings the whole world over
 * loopback: so the name asked for must be ours, too, and nothing may have been forwarded.
 */
function checkLoopback({socket, headers}: FastifyRequest): void {
  const forwarded = headers['x-forwarded-for'] !== undefined || headers['forwarded'] !== undefined;
  if (forwarded || !isLoopback(socket.remoteAddress ?? ''))
    throw new Refused(403, fail('JW7105', {problem: 'without an API token the API answers this machine only'}));
  if (!/^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(headers.host ?? ''))
    throw new Refused(421, fail('JW7105', {problem: 'without an API token the API answers as localhost only'}));
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(address);
}
