/** Rules about templates: what starts them, and what follows when something goes wrong. */
import type {Action, Connector, Target, Template} from '../../../generated/types.ts';
import type {Library} from '../../../manifest/library.ts';
import {parseReference} from '../../../manifest/reference.ts';
import {unsafeWriteOf} from '../facts.ts';
import {at} from '../places.ts';
import {eachTemplate, type Found, type Looking, type Row} from '../rule.ts';
import type {TemplatePart} from '../subject.ts';

interface Aim {
  readonly target: Target;
  readonly pointer: string;
  readonly part: TemplatePart;
  readonly library: Library;
}

function aims({do: list}: Template): {target: Target; pointer: string}[] {
  return Array.isArray(list)
    ? list.map((target, i) => ({target, pointer: `/do/${i}`}))
    : [{target: list, pointer: '/do'}];
}

function eachTarget(look: (aim: Aim) => readonly Found[]): Looking {
  return eachTemplate((part, {library}) => aims(part.manifest).flatMap((aim) => look({...aim, part, library})));
}

function actionOf({target}: Aim, library: Library): {connector: Connector; action: Action} | undefined {
  const connector = library.connectors.get(parseReference(target.connector).id)?.manifest;
  const action = connector?.actions?.[target.action];
  return connector && action && {connector, action};
}

/** Said by the target or by the template for all. */
function says(key: keyof NonNullable<Template['policy']>, {target, part}: Aim): boolean {
  return target.policy?.[key] !== undefined || part.manifest.policy?.[key] !== undefined;
}

const ofEvent = ({on}: Template): boolean => 'event' in on;

export const templateRules: readonly Row[] = [
  {
    id: 'PC901',
    title: 'a template chooses its events',
    levels: 'info/warning/warning',
    why: 'one that runs for every event starts more than anybody meant',
    fix: 'add criteria, or "when" to the targets',
    ...eachTemplate(({unit, manifest}) =>
      !ofEvent(manifest) ||
      (manifest.criteria ?? []).length > 0 ||
      aims(manifest).every(({target}) => target.when !== undefined)
        ? []
        : [at(unit, '/criteria', 'it runs for every event')],
    ),
  },
  {
    id: 'PC902',
    title: 'a template says what follows a lost answer',
    levels: 'info/warning/error',
    why: 'whether something may happen twice or not at all is for its author to decide',
    fix: 'set policy.delivery: reconcile, at-most-once, at-least-once or queue',
    ...eachTarget((aim) => {
      const found = actionOf(aim, aim.library);
      const writes = found && unsafeWriteOf(found.connector, aim.target.action) !== undefined;
      return !writes || says('delivery', aim)
        ? []
        : [at(aim.part.unit, aim.pointer, `${aim.target.action} writes, and no delivery is said`)];
    }),
  },
  {
    id: 'PC903',
    title: 'a template says until when a run may start',
    levels: 'info/warning/warning',
    why: 'after a long stop nobody wants yesterday’s jobs all at once',
    fix: 'set policy.deadline',
    ...eachTarget((aim) =>
      says('deadline', aim) ? [] : [at(aim.part.unit, '/policy', 'no deadline is said', {key: true})],
    ),
  },
  {
    id: 'PC904',
    title: 'a template says how often it tries',
    levels: 'off/info/warning',
    why: 'five tries over half an hour fit some things and not others',
    fix: 'set policy.retry',
    ...eachTarget((aim) => (says('retry', aim) ? [] : [at(aim.part.unit, '/policy', 'no retry is said', {key: true})])),
  },
  {
    id: 'PC905',
    title: 'a template that starts jobs says whether and how long it waits',
    levels: 'info/warning/warning',
    why: 'waiting holds a place in its lane',
    fix: 'set policy.wait: false, or timeout and onTimeout',
    ...eachTarget((aim) => {
      const starts = actionOf(aim, aim.library)?.action.starts;
      return starts === undefined || says('wait', aim)
        ? []
        : [at(aim.part.unit, aim.pointer, `${aim.target.action} starts jobs, and no wait is said`)];
    }),
  },
  {
    id: 'PC906',
    title: 'a template limits how many run at once',
    levels: 'off/info/warning',
    why: 'a thousand events in a minute must not become a thousand jobs in a minute',
    fix: 'set policy.concurrency',
    ...eachTarget((aim) =>
      says('concurrency', aim) ? [] : [at(aim.part.unit, '/policy', 'no concurrency is said', {key: true})],
    ),
  },
  {
    id: 'PC907',
    title: 'connectors are named with a range of versions',
    levels: 'warning/error/error',
    why: 'a later major version breaks something',
    fix: 'write id@^1',
    ...eachTemplate(({unit, manifest}) => [
      ...('connector' in manifest.on && !manifest.on.connector.includes('@')
        ? [at(unit, '/on/connector', `${manifest.on.connector} has no range`)]
        : []),
      ...aims(manifest).flatMap(({target, pointer}) => [
        ...(target.connector.includes('@')
          ? []
          : [at(unit, `${pointer}/connector`, `${target.connector} has no range`)]),
        ...(target.onComplete ?? []).flatMap((follow, i) =>
          follow.connector.includes('@')
            ? []
            : [at(unit, `${pointer}/onComplete/${i}/connector`, `${follow.connector} has no range`)],
        ),
      ]),
    ]),
  },
  {
    id: 'PC908',
    title: 'a schedule says what happens with missed times',
    levels: 'info/warning/warning',
    why: 'after a weekend of standing still either one or all of them run',
    fix: 'set schedule.catchUp: none, one or all',
    ...eachTemplate(({unit, manifest: {on}}) =>
      'schedule' in on && on.schedule.catchUp === undefined
        ? [at(unit, '/on/schedule', 'catchUp is not said', {key: true})]
        : [],
    ),
  },
  {
    id: 'PC909',
    title: 'a follow-up that writes says what follows a lost answer',
    levels: 'info/warning/warning',
    why: 'a note written twice and a note not written are both somebody’s decision',
    fix: 'set delivery on the follow-up',
    ...eachTarget(({target, pointer, part, library}) =>
      (target.onComplete ?? []).flatMap((follow, i) => {
        const connector = library.connectors.get(parseReference(follow.connector).id)?.manifest;
        const writes = connector && unsafeWriteOf(connector, follow.action) !== undefined;
        return !writes || follow.delivery !== undefined
          ? []
          : [at(part.unit, `${pointer}/onComplete/${i}`, `${follow.action} writes, and no delivery is said`)];
      }),
    ),
  },
  {
    id: 'PC910',
    title: 'tests among the criteria have a label',
    levels: 'off/info/warning',
    why: 'jobwire why shows which row decided, and an expression is no sentence',
    fix: 'add "label" to the row',
    ...eachTemplate(({unit, manifest: {criteria = []}}) =>
      criteria.flatMap((row, i) =>
        'test' in row && row.label === undefined ? [at(unit, `/criteria/${i}`, 'the test has no label')] : [],
      ),
    ),
  },
];
