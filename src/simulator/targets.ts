/** Every address a simulator answers: operations, routes and where credentials are obtained. Prepared once from the manifests. */
import {fail, nearest} from '../errors/jobwire-error.ts';
import type {Connector, Method, Operation, Params, Simulator} from '../generated/types.ts';
import {mergedPart} from '../manifest/variant.ts';
import {listOf, type Route} from './format.ts';
import {createGuard, type Guard, variantsOf} from './guard.ts';
import {createIssuers, type Issuer} from './issuer.ts';
import {pathOf, Router, type Target} from './route.ts';
import {type PreparedRule, prepareRule} from './rule.ts';

/** Several operations with one method and path are one address. */
export interface Address extends Target {
  readonly names: readonly string[];
  readonly write: boolean;
  readonly does:
    | {
        readonly kind: 'rule';
        readonly rule: PreparedRule;
        readonly guard: Guard;
        readonly queries: readonly QueryParam[];
      }
    | {readonly kind: 'issue'; readonly issuers: readonly Issuer[]};
}

/** A query entry that is exactly one param. */
export interface QueryParam {
  readonly key: string;
  readonly param: string;
  readonly isNumber: boolean;
}

export function createRouter(connector: Connector, simulator: Simulator): Router<Address> {
  const addresses = [
    ...issuing(connector, simulator),
    ...routing(connector, simulator),
    ...operating(connector, simulator),
  ];
  return new Router(addresses, {
    prefixes: [...prefixesOf(connector), ...(simulator.prefixes ?? [])],
    ignoreCase: simulator.ignoreCase === true,
  });
}

/** Paths of the base URLs; the more specific one is tried first. */
function prefixesOf(connector: Connector): string[] {
  const texts = variantsOf(connector).map(({name}) => mergedPart(connector, name).baseUrl);
  const paths = texts.filter((url) => typeof url === 'string').map(pathOf);
  return [...new Set(paths)].sort((a, b) => b.split('/').length - a.split('/').length);
}

function issuing(connector: Connector, simulator: Simulator): Address[] {
  const issuers = createIssuers(connector, simulator.token);
  const byAddress = Map.groupBy(issuers, ({method, path}) => `${method} ${path}`);
  return [...byAddress.values()].flatMap((group): Address[] => {
    const [first] = group;
    return first
      ? [{method: first.method, path: first.path, names: [], write: true, does: {kind: 'issue', issuers: group}}]
      : [];
  });
}

function routing(connector: Connector, simulator: Simulator): Address[] {
  return (simulator.routes ?? []).map((route: Route): Address => {
    const {method, path, name} = route;
    const rule = prepareRule(route, simulator, {status: 200});
    return {
      method,
      path,
      names: name === undefined ? [] : [name],
      write: isWrite(method),
      does: {kind: 'rule', rule, guard: createGuard(connector, rule.auth), queries: []},
    };
  });
}

/** The first operation at an address that has a rule decides what happens there. */
function operating(connector: Connector, simulator: Simulator): Address[] {
  refuseUnknown(Object.keys(simulator.operations ?? {}), connector);
  const placed = Object.entries(connector.operations).flatMap(([name, operation]) => {
    const path = operationPath(operation);
    return path === undefined ? [] : [{name, operation, path, address: `${operation.request.method} ${shapeOf(path)}`}];
  });
  return [...Map.groupBy(placed, ({address}) => address).values()].flatMap((group): Address[] => {
    const chosen = group.find(({name}) => Object.hasOwn(simulator.operations ?? {}, name)) ?? group[0];
    if (!chosen) return [];
    const {name, operation, path} = chosen;
    const rule = prepareRule(simulator.operations?.[name] ?? {}, simulator, ownAnswer(operation));
    const auth = operation.request.auth === false ? false : rule.auth;
    return [
      {
        method: operation.request.method,
        path,
        names: [name, ...group.map((one) => one.name).filter((other) => other !== name)],
        write: operation.effect === 'write',
        numbers: numbersIn(operation.params),
        does: {kind: 'rule', rule, guard: createGuard(connector, auth), queries: queryParams(operation)},
      },
    ];
  });
}

function refuseUnknown(names: readonly string[], connector: Connector): void {
  const known = Object.keys(connector.operations);
  for (const name of names)
    if (!known.includes(name)) throw fail('JW1004', {what: 'operation', name}, {suggestions: nearest(name, known)});
}

/** An address that is known only when the call is made (an upload link) needs a route. */
function operationPath({request: {path, url}}: Operation): string | undefined {
  if (typeof path === 'string') return path;
  const found = typeof url === 'string' ? pathOf(url) : '';
  return found === '' ? undefined : found;
}

/** Paths that differ only in the names of their params are one. */
function shapeOf(path: string): string {
  return path.replace(/\{\{[^}]*\}\}/g, '{{}}');
}

function ownAnswer({response, sample}: Operation): PreparedRule['otherwise'] {
  const status = listOf(response?.expect).find((rule) => typeof rule === 'number');
  return {status: typeof status === 'number' ? status : 200, ...(sample !== undefined && {body: sample})};
}

function numbersIn(params: Params | undefined): ReadonlySet<string> {
  const numeric = Object.entries(params ?? {}).filter(([, type]) => {
    const word = typeof type === 'object' ? type['type'] : type;
    return word === 'integer' || word === 'number';
  });
  return new Set(numeric.map(([name]) => name.replace(/\?$/, '')));
}

function queryParams({request: {query}, params}: Operation): QueryParam[] {
  if (typeof query !== 'object' || query === null) return [];
  const numbers = numbersIn(params);
  return Object.entries(query).flatMap(([key, value]) => {
    const param = typeof value === 'string' ? /^\{\{(?:optional )?params\.(\w+)\}\}$/.exec(value)?.[1] : undefined;
    return param === undefined ? [] : [{key, param, isNumber: numbers.has(param)}];
  });
}

function isWrite(method: Method): boolean {
  return method !== 'GET' && method !== 'HEAD';
}
