/** Everything that can be said about one connector from its own folder. Each stage runs only on what the one before let pass. */
import {join} from 'node:path';
import type {Issue} from '../errors/jobwire-error.ts';
import type {Connector, SchemaValue} from '../generated/types.ts';
import {filesOfConnector, listFiles, remembering} from './disk.ts';
import {checkEmbedded} from './embedded.ts';
import {checkConnectorExpressions} from './expressions-connector.ts';
import {type Finding, isError, toIssues} from './issues.ts';
import {loadJson} from './load.ts';
import {checkConnectorReferences} from './references-connector.ts';
import {connectorRules} from './rules.ts';
import {checkSamples} from './samples.ts';
import {createUnit, type Unit} from './unit.ts';

type Stage = (unit: Unit<Connector>) => Finding[];

const stages: readonly Stage[] = [
  checkConnectorReferences,
  checkEmbedded,
  (unit) => connectorRules.flatMap(({check}) => check(unit)),
  checkSamples,
  checkConnectorExpressions,
];

export function checkConnector(unit: Unit<Connector>): Issue[] {
  const issues: Issue[] = [];
  for (const stage of stages) {
    issues.push(...toIssues(unit.document, stage(unit)));
    if (issues.some(isError)) break;
  }
  return issues;
}

/** The unit with the files of its folder schemas/ among its schemas, under the path a `$ref` says. */
export function withSchemaFiles(unit: Unit<Connector>, issues: Issue[]): Unit<Connector> {
  const read = remembering(
    `schemas of ${unit.file}`,
    () => filesOfConnector(unit.dir),
    () => readSchemaFiles(unit),
  );
  issues.push(...read.issues);
  return read.unit;
}

function readSchemaFiles(unit: Unit<Connector>): {readonly unit: Unit<Connector>; readonly issues: readonly Issue[]} {
  const files = listFiles(join(unit.dir, 'schemas'), '*.json');
  if (files.length === 0) return {unit, issues: []};
  const issues: Issue[] = [];
  const schemas: Record<string, SchemaValue> = {...unit.manifest.schemas};
  for (const file of files) {
    const {document, issues: found} = loadJson(join(unit.dir, 'schemas', file));
    issues.push(...found);
    if (document) schemas[`./schemas/${file}`] = document.value as SchemaValue;
  }
  return {unit: createUnit(unit.dir, unit.document, {...unit.manifest, schemas}), issues};
}
