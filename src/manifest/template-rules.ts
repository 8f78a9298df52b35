/** The rules that look at several keys of a template at once, in the order they are checked. One row per rule. */
import type {Code} from '../errors/catalog.ts';
import type {Action, Connector, DeliveryMode, Template} from '../generated/types.ts';
import type {Json} from '../values/json.ts';
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
  {id: 'cron', code: 'JW1002', says: 'a schedule has five cron fields and a time zone', check: schedules},
];

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

const limits = [59, 23, 31, 12, 7];
const months = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec';
const days = 'sun|mon|tue|wed|thu|fri|sat';

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

function cronProblem(cron: string): string | undefined {
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== 5)
    return `the schedule has ${fields.length} fields, five are needed: minute hour day month weekday`;
  const wrong = fields.find((field, i) => !field.split(',').every((part) => isCronPart(part.toLowerCase(), i)));
  return wrong === undefined ? undefined : `${JSON.stringify(wrong)} is not a field of a schedule`;
}

function isCronPart(part: string, index: number): boolean {
  const words = index === 3 ? months : index === 4 ? days : '';
  const unit = words === '' ? '\\d{1,2}' : `(?:\\d{1,2}|${words})`;
  const match = new RegExp(`^(?:\\*|(${unit})(?:-(${unit}))?)(?:/(\\d{1,2}))?$`).exec(part);
  if (!match) return false;
  const limit = limits[index] ?? 59;
  return [match[1], match[2]].every(
    (text) =>
      text === undefined ||
      !/^\d+$/.test(text) ||
      (Number(text) <= limit && Number(text) >= (index === 2 || index === 3 ? 1 : 0)),
  );
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', {timeZone: name}).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
