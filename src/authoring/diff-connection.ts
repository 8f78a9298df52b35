/** What an operator has to give, in two versions of a connector: variants, settings, secrets, scopes. Must never look at a connection file. */
import type {ConnectionPart, Connector} from '../generated/types.ts';
import {resolveSchema} from '../manifest/schemas.ts';
import {mergedPart} from '../manifest/variant.ts';
import {type Change, change, compareNamed, type Pair, same, show, touching} from './diff-change.ts';
import {compareSchemas} from './diff-schema.ts';

export function compareConnections(pair: Pair<Connector>): Change[] {
  const {before, after} = pair;
  const [olds, news] = [Object.keys(before.connection.variants ?? {}), Object.keys(after.connection.variants ?? {})];
  return touching({connection: true}, [
    ...variantChanges(olds, news),
    ...unchanging(olds, news).flatMap((variant) => compareParts(pair, variant)),
  ]);
}

const place = '/connection/variants';

function variantChanges(olds: readonly string[], news: readonly string[]): Change[] {
  if (olds.length === 0 && news.length > 0)
    return [change('major', place, `a connection has to choose a variant now: ${news.join(', ')}`)];
  if (olds.length > 0 && news.length === 0) return [change('major', place, 'there are no variants any more')];
  return [
    ...olds
      .filter((name) => !news.includes(name))
      .map((name) => change('major', `${place}/${name}`, `variant ${name} is gone`)),
    ...news
      .filter((name) => !olds.includes(name))
      .map((name) => change('minor', `${place}/${name}`, `new variant ${name}`)),
  ];
}

/** Variants of both; undefined stands for a connector without any. */
function unchanging(olds: readonly string[], news: readonly string[]): (string | undefined)[] {
  if (olds.length === 0 && news.length === 0) return [undefined];
  return olds.filter((name) => news.includes(name));
}

/** Each variant as it is after merging, so that it is the same whether a part stands in the variant or before it. */
function compareParts({before, after}: Pair<Connector>, variant: string | undefined): Change[] {
  const [old, fresh] = [mergedPart(before, variant), mergedPart(after, variant)];
  const pointer = variant === undefined ? '/connection' : `${place}/${variant}`;
  const of = variant === undefined ? '' : ` of variant ${variant}`;
  const config = {pointer: `${pointer}/config`, path: `config${of}`, flow: 'in', top: true} as const;
  return [
    ...compareSchemas(
      resolveSchema(old.config ?? {type: 'object'}, before),
      resolveSchema(fresh.config ?? {type: 'object'}, after),
      config,
    ),
    ...secretChanges({before: old, after: fresh}, pointer, of),
    ...authChanges({before: old, after: fresh}, `${pointer}/auth`, of),
    ...(same(old.baseUrl, fresh.baseUrl)
      ? []
      : [change('minor', `${pointer}/baseUrl`, `another address${of}: ${show(fresh.baseUrl)}`)]),
  ];
}

function secretChanges({before, after}: Pair<ConnectionPart>, pointer: string, of: string): Change[] {
  const secrets = after.secrets ?? {};
  return compareNamed(before.secrets, secrets, {
    what: `secret${of}`,
    pointer: `${pointer}/secrets`,
    added: 'minor',
    removed: 'major',
    addedAs: (name) =>
      secrets[name]?.optional ? undefined : {level: 'major', text: `new secret${of} ${name}, and it is required`},
    compare({before: old, after: now}, at, name) {
      if ((old.optional ?? false) === (now.optional ?? false)) return [];
      const [level, word] = now.optional ? (['minor', 'optional'] as const) : (['major', 'required'] as const);
      return [change(level, at, `secret${of} ${name} is ${word} now`)];
    },
  });
}

function authChanges({before, after}: Pair<ConnectionPart>, pointer: string, of: string): Change[] {
  const [old, fresh] = [before.auth ?? {}, after.auth ?? {}];
  if (same(old, fresh)) return [];
  const origins = (fresh.origins ?? []).filter((origin) => !(old.origins ?? []).some((known) => same(known, origin)));
  const scopes = scopeChanges(scopeOf(old), scopeOf(fresh), {pointer: `${pointer}/obtain/oauth2/scope`, of});
  const reach = [
    ...origins.map((origin) =>
      change('major', `${pointer}/origins`, `credentials${of} go to another origin: ${show(origin)}`),
    ),
    ...scopes,
  ];
  return reach.length > 0 ? reach : [change('minor', pointer, `another way to authenticate${of}`)];
}

function scopeOf({obtain}: NonNullable<ConnectionPart['auth']>): unknown {
  return obtain && 'oauth2' in obtain ? obtain.oauth2.scope : undefined;
}

/** More scopes are more rights; of scopes that are computed nobody can tell. */
function scopeChanges(old: unknown, fresh: unknown, {pointer, of}: {pointer: string; of: string}): Change[] {
  if (same(old, fresh)) return [];
  const words = (scope: unknown): string[] | undefined =>
    scope === undefined ? [] : typeof scope === 'string' && !scope.includes('{{') ? scope.split(/\s+/) : undefined;
  const [olds, news] = [words(old), words(fresh)];
  if (!olds || !news) return [change('major', pointer, `another scope${of}: ${show(fresh)}`)];
  const added = news.filter((word) => !olds.includes(word));
  if (added.length > 0) return [change('major', pointer, `it asks for the scope ${added.join(' ')}${of}`)];
  return [change('patch', pointer, `it asks for less: scope ${show(fresh)}${of}`)];
}
