/** Puts a connection's credentials into its requests: the schemes in one table, the stages in one order. Must never give them to another origin. */

import {fail} from '../errors/jobwire-error.ts';
import {evaluateText} from '../expressions/evaluate.ts';
import {applyCredentials, type Dressed, renderCredentials} from './apply.ts';
import {type AuthContext, authScope, hasStatus, keptWhileSame, type Outgoing, withHeader} from './context.ts';
import {type CookieJar, createCookieJar, noCookies} from './cookies.ts';
import {type Crumb, fetchCrumb} from './crumb.ts';
import {createHolder, type Held} from './held.ts';
import {login} from './login.ts';
import {oauth2} from './oauth2.ts';
import {renderRequest} from './render.ts';
import type {ApplySettings, AuthSettings, CrumbSettings, LoginSettings, OAuth2Settings} from './settings.ts';
import {signRequest} from './sign.ts';

/** How a scheme gets a token: called per request, it says which token it means (`key`) and how to obtain it. */
export type Obtain<S> = (
  settings: S,
  context: AuthContext,
  jar: CookieJar,
) => () => {key: string; obtain: () => Promise<Held<string>>};

interface Schemes {
  readonly oauth2: OAuth2Settings;
  readonly login: LoginSettings;
}

const schemes: {readonly [S in keyof Schemes]: Obtain<Schemes[S]>} = {oauth2, login};

export interface Authorizer {
  /**
   * The request with its credentials; unchanged when it goes to another origin. Errors: JW3014, JW3013, JW7001, and JW3001 to
   * JW3003 (outcome retry) when a token cannot be had now. None of them means that the request itself was sent.
   */
  authorize(request: Outgoing, options: AuthorizeOptions): Promise<Authorized>;
  /** After an answer with this status: true when there is something to renew, so that authorizing again may help. */
  refused(status: number, sent: Authorized): boolean;
  /** Forgets what was put in, whatever the status: for answers that say in their own way that it is no longer good. */
  renew(sent: Authorized): boolean;
  /** Takes the cookies of an operation's answer, where the connection keeps cookies. */
  received(answer: {readonly url: string; readonly cookies: readonly string[]}): void;
}

export interface AuthorizeOptions {
  readonly write: boolean;
  /** The request's own `auth`: false sends nothing, true refuses (JW3014) where nothing may be sent. */
  readonly auth?: boolean | undefined;
}

/** What was put in, so that a refusal can be told from one of older credentials. */
export interface Authorized extends Outgoing {
  /** Header names for the transport's `secretHeaders`. */
  readonly secretHeaders: readonly string[];
  readonly used: {readonly token?: Ticket<string>; readonly crumb?: Ticket<Crumb>};
}

interface Ticket<T> {
  readonly key: string;
  readonly held: Held<T>;
}

export function createAuthorizer(auth: AuthSettings, context: AuthContext): Authorizer {
  const jar = auth.cookies ? createCookieJar(context.clock, context.redactor) : noCookies;
  const crumbs = createHolder<Crumb>(context.clock);
  const source = tokenSource(auth, context, jar);
  const mayHave = originsOf(auth, context);
  const apply = auth.apply ?? (auth.obtain && 'oauth2' in auth.obtain ? bearer : {});

  const takeToken = (): Ticket<string> | undefined | Promise<Ticket<string>> => {
    const wanted = source?.();
    if (wanted === undefined) return undefined;
    const {key, obtain} = wanted;
    const ready = context.tokens.ready(key);
    return ready === undefined ? context.tokens.get(key, obtain).then((held) => ({key, held})) : {key, held: ready};
  };

  const credentials = keptWhileSame(context, (scope) => renderCredentials(apply, scope, context.redactor));
  const dress = (request: Outgoing, token: string | undefined): Dressed =>
    applyCredentials(request, credentials(token));

  const takeCrumb = async (settings: CrumbSettings, token: string | undefined): Promise<Ticket<Crumb>> => {
    const key = 'crumb';
    const held = await crumbs.get(key, () => {
      const plain = renderRequest(settings.request, authScope(context), context.baseUrl);
      const dressed =
        settings.request.auth === true
          ? dress(plain, token)
          : {request: plain, secretHeaders: Object.keys(plain.headers)};
      return fetchCrumb(withCookies(dressed, jar), settings, {context, jar});
    });
    return {key, held};
  };

  return {
    async authorize(request, {write, auth: wanted}) {
      if (wanted === false || !mayHave(request.url, wanted)) return {...request, secretHeaders: [], used: {}};
      const taken = takeToken();
      const token = taken instanceof Promise ? await taken : taken;
      const needsCrumb = auth.crumb !== undefined && (write || auth.crumb.for === 'all');
      const crumb = needsCrumb ? await takeCrumb(auth.crumb, token?.held.value) : undefined;
      const dressed = withCookies(withCrumb(dress(request, token?.held.value), crumb?.held.value), jar);
      const signed = auth.sign
        ? signRequest(dressed.request, auth.sign, context)
        : {request: dressed.request, secretHeaders: []};
      return {
        ...signed.request,
        secretHeaders: [...dressed.secretHeaders, ...signed.secretHeaders],
        used: {...(token && {token}), ...(crumb && {crumb})},
      };
    },
    refused(status, {used: {token, crumb}}) {
      const oldToken = token !== undefined && hasStatus(auth.refreshOn ?? [401], status);
      const oldCrumb = crumb !== undefined && hasStatus(auth.crumb?.refreshOn ?? [403], status);
      if (oldToken) context.tokens.drop(token.key, token.held);
      if (oldCrumb || (oldToken && crumb !== undefined)) crumbs.drop(crumb.key, crumb.held);
      return oldToken || oldCrumb;
    },
    renew({used: {token, crumb}}) {
      if (token !== undefined) context.tokens.drop(token.key, token.held);
      if (crumb !== undefined) crumbs.drop(crumb.key, crumb.held);
      return token !== undefined || crumb !== undefined;
    },
    received({url, cookies}) {
      jar.keep(url, cookies);
    },
  };
}

const bearer: ApplySettings = {headers: {Authorization: 'Bearer {{token}}'}};

function tokenSource(
  {obtain}: AuthSettings,
  context: AuthContext,
  jar: CookieJar,
): ReturnType<Obtain<never>> | undefined {
  if (obtain === undefined) return undefined;
  return 'oauth2' in obtain ? schemes.oauth2(obtain.oauth2, context, jar) : schemes.login(obtain.login, context, jar);
}

/** Whether this address may receive the credentials (JW3014 when the manifest insists and it may not). */
function originsOf({origins = []}: AuthSettings, context: AuthContext): (url: string, insists?: boolean) => boolean {
  const others = keptWhileSame(context, (scope) => origins.map((value) => originOf(evaluateText(value, scope))));
  let base = {url: '', origin: originOf('')};
  return (url, insists = false) => {
    const baseUrl = context.baseUrl();
    if (base.url !== baseUrl) base = {url: baseUrl, origin: originOf(baseUrl)};
    // An origin that a slash ends is the whole origin: most requests need not be read for that.
    if (base.origin !== undefined && url.startsWith(`${base.origin}/`)) return true;
    const {origin} = new URL(url);
    if (origin === base.origin || others().includes(origin)) return true;
    if (insists) throw fail('JW3014', {origin}, {outcome: 'fail'});
    return false;
  };
}

function originOf(url: string): string | undefined {
  return URL.parse(url)?.origin;
}

function withCrumb(dressed: Dressed, crumb: Crumb | undefined): Dressed {
  if (crumb === undefined) return dressed;
  const headers = withHeader(dressed.request.headers, crumb.header, crumb.value);
  return {request: {...dressed.request, headers}, secretHeaders: [...dressed.secretHeaders, crumb.header]};
}

/** Session cookies join those the request has already. */
function withCookies(dressed: Dressed, jar: CookieJar): Dressed {
  const session = jar.header(dressed.request.url);
  if (session === undefined) return dressed;
  const present = Object.entries(dressed.request.headers).find(([name]) => name.toLowerCase() === 'cookie')?.[1];
  const headers = withHeader(
    dressed.request.headers,
    'Cookie',
    present === undefined ? session : `${present}; ${session}`,
  );
  return {request: {...dressed.request, headers}, secretHeaders: [...dressed.secretHeaders, 'Cookie']};
}
