/** The rules that look at several keys of a template at once, in the order they are checked. One row per rule. */
import type {Code} from '../errors/catalog.ts';
import type {Action, Connector, DeliveryMode, Template} from '../generated/types.ts';
import {escapePointer, isObject, type Json} from '../values/json.ts';
import {cronProblem} from './cron.ts';
import type {Finding} from './issues.ts';
import type {Library} from './library.ts';
import {stepsOf} from './parts.ts';
import {type Call, targetsOf} from './references-template.ts';
import {pathOf} from './sentences.ts';
import {validateAgainst} from './validate.ts';
import {isUnsafe} from './writes.ts';

export interface TemplateRule {
  readonly id: string;
  readonly code: Code;
  readonly says: string;
  check(template: Template, library: Library): Finding[];
}

export const templateRules: readonly TemplateRule[] = [
  {
    id: 'delivery',
    code: 'JW1014',
    says: 'a delivery mode has what it needs on the unsafe write of the action',
    check: deliveryModes,
  },
  {id: 'wait', code: 'JW1012', says: 'only an action that starts jobs is waited for', check: waits},
  {id: 'manual-sample', code: 'JW1008', says: 'the sample of a manual start fits its data', check: manualSample},
  {
    id: 'cron',
    code: 'JW1002',
    says: 'a schedule has five cron fields that come true, and a time zone',
    check: schedules,
  },
  {id: 'placeholders', code: 'JW1021', says: 'no placeholder of a scaffold is left', check: placeholders},
];

/** Texts that `jobwire init template` could not know. */
function placeholders({do: targets}: Template): Finding[] {
  return targetsOf(targets).flatMap(({target, pointer}) => marked(target.input as Json, `${pointer}/input`));
}

function marked(value: Json, pointer: string): Finding[] {
  if (typeof value === 'string')
    return value.startsWith('TODO:') ? [{code: 'JW1021', pointer, facts: {text: value}}] : [];
  if (Array.isArray(value)) return value.flatMap((item, i) => marked(item, `${pointer}/${i}`));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => marked(item, `${pointer}/${escapePointer(key)}`));
}

function actionOf({connector, action}: Call, library: Library): {connector: Connector; action: Action} | undefined {
  const {manifest} = library.connector(connector);
  const found = manifest.actions?.[action];
  return found && {connector: manifest, action: found};
}

/** What a mode needs on the unsafe write. */
const needs: Partial<Record<DeliveryMode, 'settle' | 'idempotency'>> = {reconcile: 'settle', queue: 'idempotency'};

function deliveryModes(template: Template, library: Library): Finding[] {
  return targetsOf(template.do).flatMap(({target, pointer}) => {
    const own = target.policy?.delivery;
    const mode = own ?? template.policy?.delivery;
    return [
      ...modeFindings(
        target,
        {mode, pointer: own === undefined ? '/policy/delivery' : `${pointer}/policy/delivery`},
        library,
      ),
      ...(target.onComplete ?? []).flatMap((follow, i) =>
        modeFindings(follow, {mode: follow.delivery, pointer: `${pointer}/onComplete/${i}/delivery`}, library),
      ),
    ];
  });
}

function modeFindings(
  call: Call,
  {mode, pointer}: {mode: DeliveryMode | undefined; pointer: string},
  library: Library,
): Finding[] {
  const need = mode === undefined ? undefined : needs[mode];
  const found = actionOf(call, library);
  if (mode === undefined || need === undefined || !found) return [];
  return stepsOf({procedure: found.action, pointer: ''}).flatMap(({step: {call: name}}): Finding[] => {
    const operation = name === undefined ? undefined : found.connector.operations[name];
    if (!operation || name === undefined || !isUnsafe(operation) || operation[need]) return [];
    return [{code: 'JW1014', pointer, facts: {mode, need, operation: name}}];
  });
}

function waits({do: targets}: Template, library: Library): Finding[] {
  return targetsOf(targets).flatMap(({target, pointer}): Finding[] => {
    const wait = target.policy?.wait;
    if (wait === undefined || wait === false || actionOf(target, library)?.action.starts !== undefined) return [];
    return [
      {
        code: 'JW1012',
        pointer: `${pointer}/policy/wait`,
        key: true,
        facts: {problem: `the action ${target.action} starts no job to wait for`},
      },
    ];
  });
}

function manualSample({on}: Template): Finding[] {
  if (!('manual' in on) || typeof on.manual.data === 'boolean') return [];
  const [problem] = validateAgainst(on.manual.data, on.manual.sample as Json);
  if (!problem) return [];
  return [
    {
      code: 'JW1008',
      pointer: `/on/manual/sample${problem.pointer}`,
      facts: {problem: `${problem.pointer === '' ? 'the sample' : pathOf(problem.pointer)} ${problem.message}`},
    },
  ];
}

function schedules({on}: Template): Finding[] {
  if (!('schedule' in on)) return [];
  const {cron, timezone} = on.schedule;
  const findings: Finding[] = [];
  const problem = cronProblem(cron);
  if (problem !== undefined) findings.push({code: 'JW1002', pointer: '/on/schedule/cron', facts: {problem}});
  if (!isTimeZone(timezone))
    findings.push({
      code: 'JW1002',
      pointer: '/on/schedule/timezone',
      facts: {problem: `there is no time zone ${JSON.stringify(timezone)}`},
    });
  return findings;
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', {timeZone: name}).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
