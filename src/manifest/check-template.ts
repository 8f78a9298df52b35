/** One template against the connectors and connections it names. Each stage runs only on what the one before let pass. */
import type {Issue} from '../errors/jobwire-error.ts';
import type {Template} from '../generated/types.ts';
import type {Json} from '../values/json.ts';
import {checkSchema} from './embedded.ts';
import {type Finding, isError, toIssues} from './issues.ts';
import {telltaleSecrets} from './literal-secrets.ts';
import type {Neighbours} from './neighbours.ts';
import {checkTemplateReferences} from './references-template.ts';
import {checkSlots} from './slots.ts';
import {templateSlots} from './slots-template.ts';
import {templateRules} from './template-rules.ts';
import type {Unit} from './unit.ts';

type Stage = (unit: Unit<Template>, neighbours: Neighbours) => Finding[];

const stages: readonly Stage[] = [
  (unit, neighbours) => checkTemplateReferences(unit.manifest, neighbours),
  (unit) => [...manualSchema(unit.manifest), ...telltaleSecrets(unit.manifest as unknown as Json)],
  (unit, {library}) => templateRules.flatMap(({check}) => check(unit.manifest, library)),
  (unit, {library}) => checkSlots(templateSlots(unit.manifest, library)),
];

/** Nothing is said about a template whose connectors are broken themselves: their own issues come first. */
export function checkTemplate(unit: Unit<Template>, neighbours: Neighbours): Issue[] {
  const issues: Issue[] = [];
  for (const [i, stage] of stages.entries()) {
    if (i > 0 && usesBroken(unit.manifest, neighbours)) break;
    issues.push(...toIssues(unit.document, stage(unit, neighbours)));
    if (issues.some(isError)) break;
  }
  return issues;
}

function usesBroken({on, do: targets}: Template, {sound}: Neighbours): boolean {
  const refs = [
    ...('connector' in on ? [on.connector] : []),
    ...[targets]
      .flat()
      .flatMap(({connector, onComplete}) => [connector, ...(onComplete ?? []).map((follow) => follow.connector)]),
  ];
  return refs.some((ref) => !sound.has(ref.split('@')[0] ?? ''));
}

function manualSchema({on}: Template): Finding[] {
  if (!('manual' in on)) return [];
  return checkSchema({pointer: '/on/manual/data', schema: on.manual.data, use: 'event'}, noConnector);
}

/** A template has no schemas of its own to refer to. */
export const noConnector = {operations: {}, connection: {}, permissions: {hosts: []}} as unknown as Parameters<
  typeof checkSchema
>[1];
