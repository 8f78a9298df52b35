/** Rules about cases of parts: each is seen working, and each way it usually fails is seen failing. */
import type {Case} from '../../../generated/types.ts';
import {connectionParts, jobVerbs, members, procedures, stepsOf} from '../../../manifest/parts.ts';
import {isUnsafe} from '../../../manifest/writes.ts';
import {isObject} from '../../../values/json.ts';
import {casesAbout, casesOfVerb, endOf, isNotFound, isUnclear} from '../case-facts.ts';
import {calledBy, covers, errorRows, lookupsOf, unsafeWriteOf} from '../facts.ts';
import {at} from '../places.ts';
import {eachConnector, type Row} from '../rule.ts';
import type {ConnectorPart} from '../subject.ts';

function emitted({expect: {events = []}}: Case): string[] {
  return events.flatMap((event) => (isObject(event) && typeof event['type'] === 'string' ? [event['type']] : []));
}

/** Lookups that cases about this part run: its own, those of actions, verbs, probes and of other lookups' steps. */
function lookupsSeen(part: ConnectorPart): Set<string> {
  const seen = new Set(part.cases.flatMap(({manifest: {of}}) => ('lookup' in of ? [of.lookup] : [])));
  const bySubject = procedures(part.manifest).filter(({role, name, owner}) => {
    if (role === 'prepare')
      return part.cases.some(({manifest: {connection}}) => (connection?.variant ?? '') === name || name === '');
    if (role === 'action' || role === 'preflight') return casesAbout(part, 'action', name).length > 0;
    return owner !== undefined && casesOfVerb(part, owner, name).length > 0;
  });
  for (const procedure of bySubject) for (const {step} of stepsOf(procedure)) if (step.lookup) seen.add(step.lookup);
  for (const {value, name} of members(part.manifest.actions, ''))
    if (value.correlate && casesAbout(part, 'action', name).length > 0) seen.add(value.correlate.lookup);
  return seen;
}

/** An action that names one thing of the target is seen not finding it; what all operations say about it is seen once for all. */
function sawNotFound(part: ConnectorPart, action: string): boolean {
  const named = calledBy(part.manifest, action).filter(({operation: {request}}) =>
    String(request.path).includes('{{params.'),
  );
  const rows = named.flatMap((called) => errorRows(part.manifest, called).filter(({row}) => covers(row, 404)));
  const looks = lookupsOf(part.manifest, action).length > 0;
  if (looks || rows.some(({pointer}) => pointer.startsWith('/operations/')))
    return casesAbout(part, 'action', action).some(isNotFound);
  return rows.length === 0 || part.cases.some(({manifest}) => isNotFound(manifest));
}

/** Keys of a variant that say only where it is. */
const addressOnly: ReadonlySet<string> = new Set(['title', 'summary', 'baseUrl', '$comment']);

const events = (part: ConnectorPart) => members(part.manifest.events, '/events');
const actions = (part: ConnectorPart) => members(part.manifest.actions, '/actions');
const webhooks = (part: ConnectorPart) => members(part.manifest.feeds, '/feeds').filter(({value}) => value.webhook);

/** Actions with a write, and whether the rows that refuse them are theirs alone. */
function writing(part: ConnectorPart): {name: string; pointer: string; alone: boolean}[] {
  return actions(part).flatMap(({name, pointer}) => {
    const writes = calledBy(part.manifest, name).filter(({operation}) => operation.effect === 'write');
    if (writes.length === 0) return [];
    const alone = writes.some(({operation}) => isUnsafe(operation) || (operation.errors ?? []).length > 0);
    return [{name, pointer, alone}];
  });
}

const isRefused = (one: Case): boolean => endOf(one) === 'failed' && one.expect.error !== undefined;

export const caseRules: readonly Row[] = [
  {
    id: 'PC301',
    title: 'every event of a webhook has a delivery to try it with',
    levels: 'info/warning/warning',
    why: 'jobwire emit sends it, so that a template can be tried before the vendor is connected',
    fix: 'add a delivery sample: headers and body as the vendor sends them',
    ...eachConnector((part) => {
      const sent = new Set(webhooks(part).flatMap(({value}) => value.emits));
      return events(part).flatMap(({name, value, pointer}) =>
        !sent.has(name) || value.delivery !== undefined
          ? []
          : [at(part.unit, pointer, `${name} has no delivery`, {key: true})],
      );
    }),
  },
  {
    id: 'PC302',
    title: 'every event has a case in which a feed emits it',
    levels: 'warning/error/error',
    why: 'a mapping that no case sees breaks unnoticed',
    fix: 'add a case of the feed that expects the event',
    ...eachConnector((part) => {
      const seen = new Set(part.cases.flatMap(({manifest}) => emitted(manifest)));
      return events(part).flatMap(({name, pointer}) =>
        seen.has(name) ? [] : [at(part.unit, pointer, `no case expects ${name}`, {key: true})],
      );
    }),
  },
  {
    id: 'PC303',
    title: 'every action has a case in which it succeeds',
    levels: 'warning/error/error',
    why: 'requests that no case compares change unnoticed',
    fix: 'add a case with its exchanges and the output',
    ...eachConnector((part) =>
      actions(part).flatMap(({name, pointer}) =>
        casesAbout(part, 'action', name).some((one) => endOf(one) === 'succeeded')
          ? []
          : [at(part.unit, pointer, `no case of ${name} succeeds`, {key: true})],
      ),
    ),
  },
  {
    id: 'PC304',
    title: 'every action that writes has a case in which it is refused',
    levels: 'info/warning/error',
    why: 'refusals are what operators see most',
    fix: 'add a case that expects outcome failed and the code; actions that may be repeated and have no rows of their own share one',
    ...eachConnector((part) =>
      writing(part).flatMap(({name, pointer, alone}) =>
        (alone ? casesAbout(part, 'action', name) : part.cases.map(({manifest}) => manifest)).some(isRefused)
          ? []
          : [at(part.unit, pointer, `no case of ${name} is refused`, {key: true})],
      ),
    ),
  },
  {
    id: 'PC305',
    title: 'every action with an unsafe write has a case whose answer is lost',
    levels: 'info/warning/error',
    why: 'this is where things happen twice',
    fix: 'add a case with a fault or a 5xx, and what is done then',
    ...eachConnector((part) =>
      actions(part).flatMap(({name, pointer}) =>
        !unsafeWriteOf(part.manifest, name) || casesAbout(part, 'action', name).some(isUnclear)
          ? []
          : [at(part.unit, pointer, `in no case of ${name} the answer is lost`, {key: true})],
      ),
    ),
  },
  {
    id: 'PC306',
    title: 'every action that names a thing has a case in which it is not there',
    levels: 'info/warning/warning',
    why: 'names are mistyped and things are removed',
    fix: 'add a case with a 404, or a lookup that finds nothing; actions without lookup and rows of their own share one',
    ...eachConnector((part) =>
      actions(part).flatMap(({name, pointer}) =>
        sawNotFound(part, name)
          ? []
          : [at(part.unit, pointer, `in no case of ${name} something is not found`, {key: true})],
      ),
    ),
  },
  {
    id: 'PC307',
    title: 'every lookup is seen by a case',
    levels: 'warning/error/error',
    why: 'a lookup decides which thing is acted on',
    fix: 'add a case of the lookup, or of an action that uses it',
    ...eachConnector((part) => {
      const seen = lookupsSeen(part);
      return members(part.manifest.lookups, '/lookups').flatMap(({name, pointer}) =>
        seen.has(name) ? [] : [at(part.unit, pointer, `no case runs the lookup ${name}`, {key: true})],
      );
    }),
  },
  {
    id: 'PC308',
    title: 'every verb of a job kind has a case',
    levels: 'warning/error/error',
    why: 'stop and restart are used in a hurry',
    fix: 'add a case of the job kind and verb',
    ...eachConnector((part) =>
      jobVerbs(part.manifest).flatMap(({kind, name, pointer}) =>
        casesOfVerb(part, kind, name).length > 0 || (name === 'status' && runsToEnd(part, kind))
          ? []
          : [at(part.unit, pointer, `no case runs ${name} of ${kind}`, {key: true})],
      ),
    ),
  },
  {
    id: 'PC311',
    title: 'every poll has a case',
    levels: 'warning/error/error',
    why: 'cursors lose or repeat events where nobody looks',
    fix: 'add a case of the feed with exchanges and the cursor afterwards',
    ...eachConnector((part) =>
      members(part.manifest.feeds, '/feeds').flatMap(({name, value, pointer}) =>
        value.poll === undefined || casesAbout(part, 'feed', name).length > 0
          ? []
          : [at(part.unit, pointer, `no case polls ${name}`, {key: true})],
      ),
    ),
  },
  {
    id: 'PC312',
    title: 'every variant that differs in more than its address is used by a case',
    levels: 'info/warning/warning',
    why: 'its address and its authentication are its own',
    fix: 'add a case with "variant"',
    ...eachConnector((part) => {
      const seen = new Set(part.cases.flatMap(({manifest: {connection}}) => connection?.variant ?? []));
      return connectionParts(part.manifest).flatMap(({variant, pointer, part: own}) =>
        variant === undefined || seen.has(variant) || Object.keys(own).every((key) => addressOnly.has(key))
          ? []
          : [at(part.unit, pointer, `no case uses the variant ${variant}`, {key: true})],
      );
    }),
  },
];

/** A case of an action that waits for its jobs reads their status. */
function runsToEnd(part: ConnectorPart, kind: string): boolean {
  return members(part.manifest.actions, '').some(
    ({name, value}) =>
      value.starts === kind && casesAbout(part, 'action', name).some(({expect}) => expect.jobs !== undefined),
  );
}
