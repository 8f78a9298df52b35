/** The signature of one request, over the exact bytes sent; the last thing that happens to it. */
import {createHmac} from 'node:crypto';
import {evaluateBytes, evaluateText} from '../expressions/evaluate.ts';
import {iso} from '../values/time.ts';
import type {Dressed} from './apply.ts';
import {type AuthContext, authScope, type Outgoing, withHeader} from './context.ts';
import type {SignSettings} from './settings.ts';

type TimeFormat = NonNullable<NonNullable<SignSettings['timestamp']>['format']>;

const timeFormats: {readonly [F in TimeFormat]: (now: number) => string} = {
  unix: (now) => String(Math.floor(now / 1000)),
  'unix-ms': (now) => String(now),
  iso,
  http: (now) => new Date(now).toUTCString(),
};

export function signRequest(request: Outgoing, settings: SignSettings, context: AuthContext): Dressed {
  const {timestamp} = settings;
  const time = timestamp && timeFormats[timestamp.format ?? 'unix'](context.clock.now());
  const dated = timestamp && time !== undefined ? withTime(request, timestamp.header, time) : request;
  const scope = authScope(context, {request: requestRoot(dated), ...(time !== undefined && {timestamp: time})});
  const key = keyBytes(settings, evaluateText(settings.key, scope));
  const hmac = createHmac(settings.algorithm ?? 'sha256', key);
  // A list is signed part by part, as if it were one text.
  for (const part of [settings.base ?? '{{request.raw}}'].flat()) hmac.update(evaluateBytes(part, scope));
  const signature = `${settings.prefix ?? ''}${hmac.digest(settings.encoding ?? 'hex')}`;
  return {
    request: {...dated, headers: withHeader(dated.headers, settings.header, signature)},
    secretHeaders: [settings.header],
  };
}

function withTime(request: Outgoing, header: string, time: string): Outgoing {
  return {...request, headers: withHeader(request.headers, header, time)};
}

function keyBytes({keyStrip, keyEncoding}: SignSettings, text: string): Buffer {
  const bare = keyStrip !== undefined && text.startsWith(keyStrip) ? text.slice(keyStrip.length) : text;
  return Buffer.from(bare, keyEncoding ?? 'utf8');
}

/** Root `request`: as a receiver of this request will see it. */
function requestRoot({method, url, headers, body, fields}: Outgoing): object {
  const {pathname, searchParams} = new URL(url);
  return {
    method,
    url,
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    raw: body ?? new Uint8Array(),
    ...(fields && 'json' in fields && {body: fields.json}),
    ...(fields && 'form' in fields && {form: Object.fromEntries(fields.form)}),
  };
}
