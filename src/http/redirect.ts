/** Whether an answer sends us elsewhere, and the request that goes there. Must never carry a credential or a body to another origin. */
import {fail} from '../errors/jobwire-error.ts';
import type {WireRequest, WireResponse} from './send.ts';

/** error: none; same-origin: to the origin first asked; drop-auth: to any permitted host, without credentials. */
export type RedirectRule = 'error' | 'same-origin' | 'drop-auth';

export const maxRedirects = 3;

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Never sent to another origin, whoever set them. */
const credentialHeaders = ['authorization', 'cookie', 'proxy-authorization'];
const bodyHeaders: ReadonlySet<string> = new Set([
  'content-type',
  'content-encoding',
  'content-language',
  'content-location',
]);

export function isRedirect(request: WireRequest, response: WireResponse): boolean {
  return (
    redirects.has(response.status) && response.headers['location'] !== undefined && !request.accepts?.(response.status)
  );
}

/** The next request, or JW3011. `hops` counts the redirects already followed. */
export function nextHop(request: WireRequest, response: WireResponse, hops: number): WireRequest {
  const here = new URL(request.url);
  const there = URL.parse(response.headers['location'] ?? '', here.href);
  const refuse = (why: string) =>
    fail(
      'JW3011',
      {request: describeRequest(request), location: there ? `${there.origin}${there.pathname}` : 'no address'},
      {hint: why},
    );
  if (there === null) throw refuse('the target sends an unreadable location');
  if (request.redirect === 'error') throw refuse('use the final address, or allow the redirect in the request');
  if (hops >= maxRedirects) throw refuse(`more than ${maxRedirects} redirects`);
  const next = changeMethod({...request, url: there.href}, response.status);
  if (there.origin === here.origin) return next;
  if (request.redirect === 'same-origin') throw refuse('the redirect leaves the origin; use the final address');
  if (next.body !== undefined) throw refuse('a request with a body is not sent on to another origin');
  return {
    ...next,
    headers: withoutHeaders(
      next.headers,
      new Set([...credentialHeaders, ...request.secretHeaders.map((name) => name.toLowerCase())]),
    ),
  };
}

/** As fetch does it: 303, and 301 or 302 after POST, go on as GET without a body (fetch.spec.whatwg.org, HTTP-redirect fetch). */
function changeMethod(request: WireRequest, status: number): WireRequest {
  const asGet =
    status === 303 ? request.method !== 'HEAD' && request.method !== 'GET' : status < 303 && request.method === 'POST';
  if (!asGet) return request;
  const {body: _body, ...rest} = request;
  return {...rest, method: 'GET', headers: withoutHeaders(request.headers, bodyHeaders)};
}

function withoutHeaders(headers: Readonly<Record<string, string>>, names: ReadonlySet<string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.has(name.toLowerCase())));
}

/** `GET https://host/path`: the query may hold what is nobody's business. */
export function describeRequest({method, url}: {readonly method: string; readonly url: string}): string {
  const {origin, pathname} = new URL(url);
  return `${method} ${origin}${pathname}`;
}
