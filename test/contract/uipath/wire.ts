/** Exchanges as they went over the wire, for the definitions to judge. */
import type {WireRequest, WireResponse} from '../../../src/http/send.ts';
import type {Exchange} from './definitions.ts';

export function exchangeOf(request: WireRequest, response: WireResponse | undefined): Exchange {
  const {method, url, headers, body} = request;
  const sent = textOf(body);
  return {
    method,
    url,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    ...(sent !== '' && {body: parsed(sent)}),
    ...(response && {status: response.status, answer: parsed(textOf(response.body))}),
  };
}

function textOf(body: Uint8Array | string | undefined): string {
  return typeof body === 'string' ? body : Buffer.from(body ?? []).toString();
}

/** JSON, or undefined for what is none: a page, a file, nothing. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
