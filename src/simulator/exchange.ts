/** One request from arrival to what is sent back, faults included. Says what goes over the wire; must never touch a socket. */
import {asJobwireError} from '../errors/jobwire-error.ts';
import type {Simulator} from '../generated/types.ts';
import {type Delivery, type ReceivedRequest, readRequest} from '../ingest/request.ts';
import type {Json} from '../values/json.ts';
import {iso} from '../values/time.ts';
import type {ArmedFault, FaultList} from './faults.ts';
import type {Refusal} from './guard.ts';
import type {Journal} from './journal.ts';
import type {GivenSecrets, Reader} from './pattern.ts';
import {perform} from './perform.ts';
import {type Answer, jsonAnswer, renderReply, truncated} from './reply.ts';
import type {Found, Router} from './route.ts';
import type {Address} from './targets.ts';
import type {TokenStore} from './token.ts';
import {createRoots, evaluateDuration, type Roots, type World} from './world.ts';

export type OnTheWire =
  | {readonly kind: 'answer'; readonly answer: Answer; readonly delayMs: number}
  /** Nothing is sent, ever; or the connection breaks. */
  | {readonly kind: 'silence' | 'reset'};

export interface Simulation {
  readonly world: World;
  readonly simulator: Simulator;
  readonly router: Router<Address>;
  readonly faults: FaultList;
  readonly journal: Journal;
  readonly tokens: TokenStore;
  readonly secrets: GivenSecrets;
}

/** Synchronous: two requests never see each other half done. */
export function exchange(delivery: Delivery, simulation: Simulation): OnTheWire {
  const {world, router, journal} = simulation;
  world.due.run(world.clock.now());
  const found = router.find(delivery.method, delivery.path);
  const fault = found && simulation.faults.find({auth: found.target.does.kind === 'issue', names: found.target.names});
  const roots = rootsOf(delivery, {found, fault}, simulation);
  let problem: string | undefined;
  const answering = () => {
    try {
      return answer(roots, found, simulation);
    } catch (error) {
      const issue = asJobwireError(error).issue();
      problem = `${issue.code} ${issue.detail}`;
      return jsonAnswer(500, {simulator: issue});
    }
  };
  const sent = withFault(fault, roots, answering);
  journal.add({
    at: iso(world.clock.now()),
    method: delivery.method,
    path: delivery.path,
    ...(found?.target.names[0] !== undefined && {name: found.target.names[0]}),
    ...(sent.kind === 'answer' && {status: sent.answer.status}),
    ...(sent.faulty && fault && {fault: fault.name}),
    ...(problem !== undefined && {problem}),
  });
  return sent;
}

interface Matched {
  readonly found: Found<Address> | undefined;
  readonly fault: ArmedFault | undefined;
}

interface RequestRoots {
  readonly roots: Roots;
  readonly received: ReceivedRequest;
}

function rootsOf(delivery: Delivery, {found, fault}: Matched, {world}: Simulation): RequestRoots {
  const received = readRequest(delivery, {parse: 'auto'});
  const roots = createRoots(world, {
    request: received.root(),
    params: found ? paramsOf(found, delivery) : {},
    origin: URL.parse(delivery.url)?.origin ?? '',
    ...(fault?.fault.settings && {settings: {...world.settings, ...(fault.fault.settings as {[name: string]: Json})}}),
  });
  return {roots, received};
}

function paramsOf({target, params}: Found<Address>, {query}: Delivery): Record<string, Json> {
  for (const {key, param, isNumber} of target.does.kind === 'rule' ? target.does.queries : []) {
    const text = query[key];
    if (typeof text === 'string') params[param] = isNumber && /^-?\d{1,15}$/.test(text) ? Number(text) : text;
  }
  return params;
}

type Sent = OnTheWire & {readonly faulty?: boolean};

/** A fault that comes after acceptance waits for a request that is accepted. */
function withFault(
  armed: ArmedFault | undefined,
  {roots}: RequestRoots,
  answering: () => {answer: Answer; delayMs: number} | Answer,
): Sent {
  const give = (): Sent & {kind: 'answer'} => {
    const given = answering();
    return 'answer' in given ? {kind: 'answer', ...given} : {kind: 'answer', answer: given, delayMs: 0};
  };
  if (!armed) return give();
  const {fault} = armed;
  const bare = fault.fault === undefined && fault.status === undefined;
  const accepted = bare || fault.after === 'accept' ? give() : undefined;
  if (accepted && accepted.answer.status >= 400) return accepted;
  armed.use();
  if (accepted && bare) return {...accepted, faulty: true};
  if (fault.fault === 'timeout') return {kind: 'silence', faulty: true};
  if (fault.fault === 'reset') return {kind: 'reset', faulty: true};
  const honest = accepted?.answer ?? {status: fault.status ?? 200, headers: {}, body: new Uint8Array()};
  const {headers = {}, body} = fault;
  const stated = fault.status === undefined ? honest : renderReply({status: fault.status, headers, body}, roots);
  return {kind: 'answer', answer: fault.fault === 'parse' ? truncated(stated) : stated, delayMs: 0, faulty: true};
}

function answer(
  {roots, received}: RequestRoots,
  found: Found<Address> | undefined,
  simulation: Simulation,
): {answer: Answer; delayMs: number} | Answer {
  const {simulator, world} = simulation;
  if (!found) return notFound(simulator, roots);
  const reader: Reader = {secrets: simulation.secrets, tokens: simulation.tokens, now: world.clock.now()};
  const {does, write} = found.target;
  if (does.kind === 'issue') return issue(does.issuers, {roots, received, reader});
  const refusal = does.guard({received, reader, write});
  if (refusal) return unauthorized(refusal, simulator, roots);
  const given = perform(does.rule, roots, world);
  return {answer: given, delayMs: does.rule.delay === undefined ? 0 : evaluateDuration(does.rule.delay, roots)};
}

function notFound({notFound: said}: Simulator, roots: Roots): Answer {
  return said ? renderReply(said, roots, 404) : jsonAnswer(404, {message: 'nothing is simulated at this address'});
}

const reasons: Readonly<Record<Refusal, string>> = {
  missing: 'credentials are missing',
  refused: 'the credentials are not accepted',
  expired: 'the token has expired',
  crumb: 'the crumb is missing or not accepted',
};

function unauthorized(refusal: Refusal, {unauthorized: said}: Simulator, roots: Roots): Answer {
  const status = refusal === 'crumb' ? 403 : 401;
  Object.assign(roots, {reason: refusal, problem: reasons[refusal]});
  return said ? renderReply(said, roots, status) : jsonAnswer(status, {message: reasons[refusal]});
}

type Issuers = Extract<Address['does'], {kind: 'issue'}>['issuers'];

/** Alternatives at one address: the first that takes the request, else the last refusal. */
function issue(issuers: Issuers, asked: Parameters<Issuers[number]['issue']>[0]): Answer {
  let refused: Answer | undefined;
  for (const issuer of issuers) {
    const given = issuer.issue(asked);
    if (typeof given === 'object' && given.status < 400) return given;
    refused = typeof given === 'object' ? given : issuer.refuse(asked.roots);
  }
  return refused ?? jsonAnswer(404, {message: 'nothing is issued here'});
}
