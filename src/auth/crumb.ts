/** Proof against forged requests that a server hands out beforehand: which header, and what goes into it. */
import {evaluateText} from '../expressions/evaluate.ts';
import type {Dressed} from './apply.ts';
import {callForCredentials} from './call.ts';
import {type AuthContext, authScope} from './context.ts';
import type {CookieJar} from './cookies.ts';
import type {Held} from './held.ts';
import type {CrumbSettings} from './settings.ts';

export interface Crumb {
  readonly header: string;
  readonly value: string;
}

/** Fetches a crumb; it is good until it is refused. `dressed` is its request, with credentials if the manifest asked for them. */
export async function fetchCrumb(
  dressed: Dressed,
  settings: CrumbSettings,
  {context, jar}: {context: AuthContext; jar: CookieJar},
): Promise<Held<Crumb>> {
  const {answer, cookies} = await callForCredentials({purpose: 'crumb', ...dressed}, context);
  jar.keep(answer.url, cookies);
  const scope = authScope(context, {response: answer});
  const value = evaluateText(settings.value, scope);
  context.redactor.add(value);
  return {value: {header: evaluateText(settings.header, scope), value}, freshUntil: Number.POSITIVE_INFINITY};
}
