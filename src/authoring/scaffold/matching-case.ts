/** A case in which an event reaches its action: the requests that are really made, answered with the connector's own samples. Must never open a connection. */
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {CaseUnit} from '../../cases/case-file.ts';
import {readCase} from '../../cases/discover.ts';
import {runCase} from '../../cases/run.ts';
import type {Connector, Exchange, Operation, Template} from '../../generated/types.ts';
import type {WireRequest} from '../../http/send.ts';
import type {Library, Unit} from '../../manifest/library.ts';
import {loadFile} from '../../manifest/load.ts';
import {createUnit} from '../../manifest/unit.ts';
import type {Json, JsonObject} from '../../values/json.ts';
import {printJson} from '../openapi/print.ts';
import {expectedOf} from '../record-exchange.ts';
import {replay} from '../record-replay.ts';

export interface MatchingPlan {
  readonly template: JsonObject;
  /** The case without exchanges and expectation. */
  readonly content: JsonObject;
  /** Connector of the action. */
  readonly actor: Connector;
}

const mostExchanges = 12;
const outcomes = ['succeeded', 'unknown', 'failed'] as const;

export async function matchingCase(plan: MatchingPlan, library: Library): Promise<JsonObject> {
  const folder = mkdtempSync(join(tmpdir(), 'jobwire-init-'));
  try {
    const unit = unitIn(folder, plan);
    const exchanges = await answered(unit, plan.actor, library);
    for (const last of [undefined, 400] as const) {
      const script = last === undefined ? exchanges : refused(exchanges, last);
      for (const outcome of outcomes) {
        const tried = expecting(unit, {outcome}, script);
        if (!(await runCase(tried, library)).ok) continue;
        return {...plan.content, exchanges: (await seen(tried, script, library)) as unknown as Json, expect: {outcome}};
      }
    }
    return {...plan.content, exchanges: exchanges as unknown as Json, expect: {outcome: 'succeeded'}};
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

/** The template and its case as if they lay in a project. */
function unitIn(folder: string, {template, content}: MatchingPlan): CaseUnit {
  const dir = join(folder, 'templates', String(template['id']));
  mkdirSync(join(dir, 'cases'), {recursive: true});
  writeFileSync(join(dir, 'template.json'), printJson(template));
  writeFileSync(join(dir, 'cases', 'case.json'), printJson({...content, exchanges: [], expect: {}}));
  const {manifest, document, issues} = loadFile<Template>(join(dir, 'template.json'), 'template');
  if (!manifest || !document) throw new Error(issues[0]?.detail);
  const unit: Unit<Template> = createUnit(dir, document, manifest);
  const read = readCase(join(dir, 'cases', 'case.json'), {kind: 'template', unit});
  if (!('manifest' in read)) throw new Error(read.issues[0]?.detail);
  return read;
}

function expecting(unit: CaseUnit, expect: CaseUnit['manifest']['expect'], exchanges: readonly Exchange[]): CaseUnit {
  return {...unit, manifest: {...unit.manifest, exchanges: [...exchanges], expect}};
}

/** Asks again and again what is requested next, until nothing is, or nobody knows an answer. */
async function answered(unit: CaseUnit, actor: Connector, library: Library): Promise<Exchange[]> {
  const exchanges: Exchange[] = [];
  while (exchanges.length < mostExchanges) {
    const {problems} = await runCase(expecting(unit, {}, exchanges), library);
    const next = problems
      .map(({detail}) => /^([A-Z]+) (https?:\/\/\S+) came after the last of/.exec(detail))
      .find(Boolean);
    if (!next) return exchanges;
    const [, method = '', url = ''] = next;
    exchanges.push(exchangeFor(method, url, actor));
  }
  return exchanges;
}

function exchangeFor(method: string, url: string, actor: Connector): Exchange {
  const request = {method, url: url.replace(/[?#].*$/, '')} as Exchange['request'];
  const operation = operationAt(method, new URL(url).pathname, actor);
  if (operation?.sample !== undefined)
    return {request, response: {status: statusOf(operation), body: operation.sample}};
  if (method === 'POST' && !operation)
    return {
      request,
      response: {
        status: 200,
        body: {access_token: 'test-token', token: 'test-token', result: 'test-token', success: true, expires_in: 3600},
      },
    };
  return operation ? {request, response: {status: statusOf(operation)}} : {request, response: {status: 200, body: {}}};
}

function statusOf({response}: Operation): number {
  const [first] = response?.expect ?? [];
  return typeof first === 'number' ? first : 200;
}

/** By method and the literal parts of the path, the longest first. */
function operationAt(method: string, path: string, {operations}: Connector): Operation | undefined {
  return Object.values(operations)
    .filter(
      ({request}) =>
        request.method === method && typeof request.path === 'string' && patternOf(request.path).test(path),
    )
    .sort((a, b) => String(b.request.path).length - String(a.request.path).length)[0];
}

function patternOf(path: string): RegExp {
  const parts = path.split(/\{\{[^}]*\}\}/).map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`${parts.join('[^/]+')}$`);
}

function refused(exchanges: readonly Exchange[], status: number): Exchange[] {
  return exchanges.map((exchange, i) =>
    i === exchanges.length - 1
      ? {request: exchange.request, response: {status, body: {message: 'refused in this case'}}}
      : exchange,
  );
}

/** The same exchanges with queries and bodies as they were sent, so that the case holds the mapping. */
async function seen(unit: CaseUnit, script: readonly Exchange[], library: Library): Promise<readonly Exchange[]> {
  const sent: WireRequest[] = [];
  await runCase(unit, library, (request) => sent.push(request));
  const full = script.map((exchange, i) => {
    const request = sent[i];
    return request ? {...exchange, request: expectedOf(request)} : exchange;
  });
  const {exchanges, problems} = await replay(expecting(unit, unit.manifest.expect, full), full, library);
  return problems.length === 0 ? exchanges : script;
}
