/** Tokens by a vendor's own login request. Must never treat an answer without the token as success. */

import {JobwireError} from '../errors/jobwire-error.ts';
import {evaluate, evaluateText} from '../expressions/evaluate.ts';
import {durationMs, ms} from '../values/time.ts';
import {type AuthAnswer, callForCredentials, unusable} from './call.ts';
import {type AuthContext, authScope, type Outgoing} from './context.ts';
import type {CookieJar} from './cookies.ts';
import {freshUntil, type Held, holdingKey} from './held.ts';
import type {Obtain} from './index.ts';
import {renderRequest} from './render.ts';
import type {LoginSettings} from './settings.ts';

export const login: Obtain<LoginSettings> = (settings, context, jar) => () => {
  const request = renderRequest(settings.request, authScope(context), context.baseUrl);
  const {method, url, headers, body} = request;
  const key = holdingKey([
    context.key,
    'login',
    method,
    url,
    JSON.stringify(headers),
    Buffer.from(body ?? '').toString('base64'),
  ]);
  return {key, obtain: () => obtain({settings, context, jar, request})};
};

interface Asking {
  readonly settings: LoginSettings;
  readonly context: AuthContext;
  readonly jar: CookieJar;
  readonly request: Outgoing;
}

async function obtain({settings, context, jar, request}: Asking): Promise<Held<string>> {
  jar.clear();
  const secretHeaders = Object.keys(request.headers);
  const {answer, cookies} = await callForCredentials({purpose: 'login', request, secretHeaders}, context);
  jar.keep(answer.url, cookies);
  const token = readToken(settings, answer, context);
  context.redactor.add(token);
  const lifetimeMs = readLifetime(settings, answer, context) ?? ms('30m');
  return {value: token, freshUntil: freshUntil(context.clock.now(), lifetimeMs, ms(settings.skew ?? '1m'))};
}

function readToken(settings: LoginSettings, answer: AuthAnswer, context: AuthContext): string {
  try {
    const token = evaluateText(settings.token, authScope(context, {response: answer}));
    if (token !== '') return token;
  } catch (error) {
    if (!(error instanceof JobwireError)) throw error;
  }
  throw unusable(`status ${answer.status} without the token`, answer, context);
}

/** A duration, or a number of seconds as number or text. */
function readLifetime(settings: LoginSettings, answer: AuthAnswer, context: AuthContext): number | undefined {
  if (settings.lifetime === undefined) return undefined;
  const value = evaluate(settings.lifetime, authScope(context, {response: answer}));
  const lifetimeMs =
    typeof value === 'string' ? (durationMs(value) ?? Number(value || Number.NaN) * 1000) : Number(value) * 1000;
  return lifetimeMs > 0 && Number.isFinite(lifetimeMs) ? lifetimeMs : undefined;
}
