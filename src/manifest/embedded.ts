/** The schemas authors write: allowed keywords, formats, patterns, references, limits (language reference, section 1.3). */
import {nearest} from '../errors/jobwire-error.ts';
import type {Connector, SchemaValue} from '../generated/types.ts';
import {escapePointer, isObject, type Json} from '../values/json.ts';
import {checkAnnotations} from './annotations.ts';
import {formatNames} from './formats.ts';
import type {Finding} from './issues.ts';
import {embeddedSchemas, type SchemaPart} from './parts.ts';
import {patternProblem} from './patterns.ts';
import {referencedSchema, resolveSchema} from './schemas.ts';
import {pathOf} from './sentences.ts';
import {surelySound} from './sound.ts';
import type {Unit} from './unit.ts';
import {annotationNames, compileSchema, validateAgainst} from './validate.ts';
import {type SchemaVisit, visitSchemas} from './walk-schema.ts';

const keywords = new Set([
  ...'type enum const properties required additionalProperties propertyNames items prefixItems minItems maxItems'.split(
    ' ',
  ),
  ...'uniqueItems minLength maxLength pattern format minimum maximum exclusiveMinimum exclusiveMaximum multipleOf'.split(
    ' ',
  ),
  ...'allOf anyOf oneOf not if then else $ref default title description examples deprecated'.split(' '),
  ...annotationNames,
]);

export const schemaLimits = {depth: 32, properties: 2000, branches: 50, branchesTogether: 5000};

/** Findings in all schemas of a connector; the files of schemas/ are reported at the reference that brings them in. */
export function checkEmbedded({manifest}: Unit<Connector>): Finding[] {
  return embeddedSchemas(manifest).flatMap((part) => checkSchema(part, manifest));
}

export function checkSchema(part: SchemaPart, connector: Connector): Finding[] {
  const own = keywordFindings(part, connector);
  if (own.length > 0) return own;
  const {pointer} = part;
  const whole = resolveSchema(part.schema, connector);
  const large = sizeProblem(whole);
  if (large !== undefined) return [wrong(pointer, large)];
  try {
    if (!surelySound(whole)) compileSchema(whole);
  } catch (error) {
    return [wrong(pointer, (error as Error).message)];
  }
  return [...checkAnnotations(part, connector), ...defaultFindings(part, connector)];
}

function wrong(pointer: string, problem: string, suggestions: readonly string[] = []): Finding {
  return {code: 'JW1007', pointer, facts: {problem}, ...(suggestions.length > 0 && {suggestions})};
}

function keywordFindings({schema, pointer}: SchemaPart, connector: Connector): Finding[] {
  const findings: Finding[] = [];
  visitSchemas(schema, pointer, (at) => {
    findings.push(...unknownKeywords(at), ...unusableValues(at), ...brokenReferences(at, connector));
  });
  return findings;
}

function unknownKeywords({schema, pointer}: SchemaVisit): Finding[] {
  return Object.keys(schema)
    .filter((keyword) => !keywords.has(keyword) && keyword !== '$comment')
    .map((keyword) => ({
      ...wrong(
        `${pointer}/${escapePointer(keyword)}`,
        `the keyword ${JSON.stringify(keyword)} is not allowed`,
        nearest(keyword, keywords),
      ),
      key: true,
    }));
}

const types = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];

function unusableValues({schema, pointer}: SchemaVisit): Finding[] {
  const findings: Finding[] = [];
  const {pattern, format, type} = schema;
  if (typeof pattern === 'string') {
    const problem = patternProblem(pattern);
    if (problem !== undefined)
      findings.push(wrong(`${pointer}/pattern`, `the pattern ${pattern.slice(0, 60)} is not supported: ${problem}`));
  }
  if (format !== undefined && !formatNames.some((name) => name === format))
    findings.push(
      wrong(`${pointer}/format`, `there is no format ${JSON.stringify(format)}`, nearest(String(format), formatNames)),
    );
  for (const word of Array.isArray(type) ? type : type === undefined ? [] : [type])
    if (!types.includes(String(word)))
      findings.push(wrong(`${pointer}/type`, `there is no type ${JSON.stringify(word)}`, nearest(String(word), types)));
  return findings;
}

function brokenReferences({schema, pointer}: SchemaVisit, connector: Connector): Finding[] {
  const ref = schema['$ref'];
  if (ref === undefined) return [];
  const name = referencedSchema(ref);
  if (name === undefined)
    return [
      wrong(`${pointer}/$ref`, `$ref is "#/schemas/<name>" or "./schemas/<file>.json", not ${JSON.stringify(ref)}`),
    ];
  const names = Object.keys(connector.schemas ?? {});
  if (names.includes(name)) return [];
  if (name.startsWith('./'))
    return [{code: 'JW1006', pointer: `${pointer}/$ref`, facts: {path: name, problem: 'does not exist'}}];
  return [
    {code: 'JW1004', pointer: `${pointer}/$ref`, facts: {what: 'schema', name}, suggestions: nearest(name, names)},
  ];
}

/** Limits count the schema with everything it refers to. */
function sizeProblem(schema: object): string | undefined {
  let properties = 0;
  let depth = 0;
  let branches = 0;
  let together = 0;
  const count = (at: SchemaVisit) => {
    depth = Math.max(depth, at.depth);
    properties += Object.keys(isObject(at.schema['properties']) ? at.schema['properties'] : {}).length;
    for (const keyword of ['allOf', 'anyOf', 'oneOf'])
      if (Array.isArray(at.schema[keyword])) {
        const {length} = at.schema[keyword] as unknown[];
        branches = Math.max(branches, length);
        together += length;
      }
  };
  visitSchemas(schema, '', count);
  for (const definition of Object.values((schema as {$defs?: object}).$defs ?? {})) visitSchemas(definition, '', count);
  if (depth > schemaLimits.depth) return `the schema is deeper than ${schemaLimits.depth} levels`;
  if (properties > schemaLimits.properties) return `the schema has more than ${schemaLimits.properties} properties`;
  if (branches > schemaLimits.branches) return `a union has more than ${schemaLimits.branches} branches`;
  if (together > schemaLimits.branchesTogether)
    return `the unions have more than ${schemaLimits.branchesTogether} branches together`;
  return undefined;
}

/** A default must fit the schema it stands in. */
function defaultFindings({schema, pointer}: SchemaPart, connector: Connector): Finding[] {
  const findings: Finding[] = [];
  visitSchemas(schema, pointer, (at) => {
    const value = at.schema['default'];
    if (value === undefined) return;
    const {default: _, ...rest} = at.schema;
    const [problem] = validateAgainst(resolveSchema(rest as SchemaValue, connector), value as Json);
    if (problem)
      findings.push({
        code: 'JW1008',
        pointer: `${at.pointer}/default${problem.pointer}`,
        facts: {
          problem: `the default ${pathOf(problem.pointer) === 'the value' ? '' : `${pathOf(problem.pointer)} `}${problem.message}`,
        },
      });
  });
  return findings;
}
