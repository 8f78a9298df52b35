/** `jobwire types`: what programs may write is what a connector takes; nothing a schema says becomes more than a type. */
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {declareType} from '../../src/authoring/declare-type.ts';
import {type FetchedInput, fetchInputs} from '../../src/authoring/fetched-inputs.ts';
import {projectTypes} from '../../src/authoring/project-types.ts';
import {Names} from '../../src/authoring/type-names.ts';
import {typedSchema} from '../../src/authoring/typed-schema.ts';
import {fail} from '../../src/errors/jobwire-error.ts';
import type {Connector} from '../../src/generated/types.ts';
import type {FieldOptions} from '../../src/operations/choices.ts';
import type {JsonObject} from '../../src/values/json.ts';
import {packageRoot} from '../../src/values/package-root.ts';
import {connectorFile, type DeskProject, makeDesk} from './desk.ts';

/** Errors of a program beside the declarations, by line. */
async function compile(declarations: string, program: string): Promise<string[]> {
  const dir = mkdtempSync(join(tmpdir(), 'jobwire-types-'));
  writeFileSync(join(dir, 'jobwire.d.ts'), declarations);
  writeFileSync(join(dir, 'program.ts'), program);
  const tsc = join(packageRoot, 'node_modules/.bin/tsc');
  const args = ['--ignoreConfig', '--noEmit', '--strict', '--exactOptionalPropertyTypes', 'jobwire.d.ts', 'program.ts'];
  const output = await new Promise<string>((resolve) => {
    execFile(tsc, args, {cwd: dir}, (_error, stdout) => resolve(stdout));
  });
  rmSync(dir, {recursive: true, force: true});
  return output.split('\n').filter((line) => /error TS/.test(line));
}

/** Types as they come out, without the blanks and comments. */
async function typeOf(schema: JsonObject, input = false): Promise<string> {
  const text = await declareType(typedSchema(schema, {prefix: 'T', input}), 'T');
  return text.replaceAll(/\/\*\*[\s\S]*?\*\//g, '').replaceAll(/\s+/g, ' ');
}

describe('jobwire types', function () {
  this.timeout(20_000);
  let project: DeskProject;
  before(() => {
    project = makeDesk();
  });
  after(() => project.remove());

  it('lets tsc refuse what the connector refuses, and nothing else', async () => {
    const program = `import type {Connections, Event, Inputs} from './jobwire.js';
export const good: Connections['desk-main']['addNote'] = {ticket: 'T1', text: 'x', extra: {any: 1}};
export const full: Inputs['desk']['addNote'] = {ticket: 'T1', text: 'x', visibility: 'public', queue: 'q'};
export const summaryOf = (event: Event<'desk', 'ticket.created'>): string =>
  event.data.requester.name + (event.data.summary ?? event.data['x tag'] ?? '') + (event.data.requester.phone ?? '');
// @ts-expect-error a wrong field
export const wrong: Inputs['desk']['addNote'] = {ticket: 'T1', text: 'x', visiblity: 'public'};
// @ts-expect-error a field is missing
export const less: Inputs['desk']['addNote'] = {ticket: 'T1'};
// @ts-expect-error a wrong choice
export const choice: Inputs['desk']['addNote'] = {ticket: 'T1', text: 'x', visibility: 'secret'};
// @ts-expect-error a field events do not have
export const number = (event: Event<'desk', 'ticket.created'>) => event.data.numbr;
// @ts-expect-error a field that may be missing
export const summary = (event: Event<'desk', 'ticket.created'>): string => event.data.summary;
// @ts-expect-error an event there is not
export type Other = Event<'desk', 'ticket.closed'>;
`;
    assert.deepEqual(await compile(await projectTypes(project.library()), program), []);
  });

  it('fails tsc for a wrong field, by name', async () => {
    const program = `import type {Inputs} from './jobwire.js';
export const wrong: Inputs['desk']['addNote'] = {ticket: 'T1', text: 'x', visiblity: 'public'};
`;
    const errors = await compile(await projectTypes(project.library()), program);
    assert.equal(errors.length, 1);
    assert.match(errors[0] ?? '', /^program\.ts\(2,\d+\): error TS2561: .*'visiblity'.*'visibility'/);
  });

  it('is the same text each time, and each name in it is used once', async () => {
    const text = await projectTypes(project.library());
    assert.equal(await projectTypes(project.library()), text);
    const names = [...text.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name]) => name);
    assert.equal(new Set(names).size, names.length);
    assert.ok(names.includes('DeskTicketCreated'));
  });

  describe('with what a target says', () => {
    const connector = {
      operations: {},
      actions: {
        start: {
          title: 'Start',
          steps: [{id: 'one', call: 'whoAmI'}],
          input: {
            type: 'object',
            required: ['job'],
            properties: {
              job: {type: 'string', 'x-jobwire-options': {call: 'jobs', value: '{{item}}'}},
              stage: {type: 'string'},
              parameters: {
                type: 'object',
                default: {},
                'x-jobwire-schema': {lookup: 'job', with: {name: '{{input.job}}', stage: '{{optional input.stage}}'}},
              },
            },
          },
        },
        startCloud: {variants: ['cloud'], input: {type: 'object', properties: {x: {'x-jobwire-schema': {use: ''}}}}},
      },
    } as unknown as Connector;
    const schemas: Record<string, JsonObject> = {
      'Nightly "Backup"': {type: 'object', required: ['target'], properties: {target: {enum: ['a', 'b']}}},
      Report: {type: 'object', properties: {pages: {type: 'integer'}}},
    };
    const ask = async (_action: string, field: string, input: JsonObject): Promise<FieldOptions> => {
      if (field === 'job')
        return {kind: 'choices', choices: [...Object.keys(schemas), 'Broken'].map((value) => ({value}))};
      const schema = schemas[String(input['job'])];
      if (!schema) throw fail('JW3113', {problem: 'no signature'});
      return {kind: 'arguments', arguments: [], schema};
    };

    async function fetched(asking = ask): Promise<{inputs: FetchedInput[]; notes: string[]}> {
      const notes: string[] = [];
      const say = (note: string): void => void notes.push(note);
      return {
        inputs: await fetchInputs({connection: 'desk-main', connector, variant: 'on-site', ask: asking, say}),
        notes,
      };
    }

    it('asks for the arguments of every choice of the field that decides, and says what is left out', async () => {
      const {inputs, notes} = await fetched();
      assert.deepEqual(inputs, [
        {
          connection: 'desk-main',
          action: 'start',
          field: 'parameters',
          deciders: ['job'],
          rows: [...Object.entries(schemas).map(([job, schema]) => ({given: {job}, schema})), {given: {job: 'Broken'}}],
        },
      ]);
      assert.match(
        notes.join('\n'),
        /^desk-main start parameters is not described for \{"job":"Broken"\}: .*no signature/,
      );
    });

    it('takes each of several fields that may decide as a way of its own', async () => {
      const input = connector.actions?.['start']?.input as JsonObject;
      const {required: _required, ...rest} = input;
      const either = {...rest, oneOf: [{required: ['job']}, {required: ['stage']}]};
      const inputs = await fetchInputs({
        connection: 'c',
        connector: {operations: {}, actions: {start: {input: either}}} as unknown as Connector,
        ask: async (_action, field) =>
          field === 'parameters'
            ? {kind: 'arguments', arguments: [], schema: {type: 'object'}}
            : {kind: 'choices', choices: [{value: `one ${field}`}]},
        say: assert.fail,
      });
      assert.deepEqual(
        inputs.map(({deciders, rows}) => [deciders, rows.map(({given}) => given)]),
        [
          [
            ['job', 'stage'],
            [{job: 'one job'}, {stage: 'one stage'}],
          ],
        ],
      );
    });

    it('describes no more than 200 choices, and says so', async () => {
      const {inputs, notes} = await fetched(async (_action, field) => {
        const choices = Array.from({length: 201}, (_one, i) => ({value: `job ${i}`}));
        return field === 'job'
          ? {kind: 'choices', choices}
          : {kind: 'arguments', arguments: [], schema: {type: 'object'}};
      });
      assert.equal(inputs[0]?.rows.length, 200);
      assert.match(notes.join('\n'), /the first 200 choices of 201/);
    });

    it('leaves an action as it is when the choices cannot be had', async () => {
      const {inputs, notes} = await fetched(async () => {
        throw fail('JW3001', {problem: 'refused', request: 'GET /jobs'});
      });
      assert.deepEqual(inputs, []);
      assert.match(notes.join('\n'), /^desk-main start parameters is left as it is: /);
    });

    it('lets tsc refuse an argument that this very job does not take', async () => {
      const own = makeDesk();
      own.write(
        connectorFile,
        own
          .read(connectorFile)
          .replace('"actions": {', `"actions": {"start": ${JSON.stringify(connector.actions?.['start'])},`),
      );
      const text = await projectTypes(own.library(), (await fetched()).inputs);
      own.remove();
      const program = `import type {Connections} from './jobwire.js';
type Start = Connections['desk-main']['start'];
export const good: Start[] = [
  {job: 'Nightly "Backup"', parameters: {target: 'a'}, stage: 'test'},
  {job: 'Report'},
  {job: 'Report', parameters: {pages: 2}},
  {job: 'Broken', parameters: {anything: true}},
];
// @ts-expect-error an argument of another job
export const other: Start = {job: 'Report', parameters: {target: 'a'}};
// @ts-expect-error a required argument is missing
export const less: Start = {job: 'Nightly "Backup"'};
// @ts-expect-error a job there is not
export const none: Start = {job: 'Nightly'};
`;
      assert.deepEqual(await compile(text, program), []);
    });
  });

  describe('never lets a schema do more than describe a type', () => {
    it('J05: refuses a $ref to a file or an address, and opens neither', async () => {
      let requests = 0;
      const server = createServer((_request, response) => {
        requests++;
        response.end('{"type": "string"}');
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/schema.json`;
      const dir = mkdtempSync(join(tmpdir(), 'jobwire-ref-'));
      writeFileSync(join(dir, 'leak.json'), '{"enum": ["leaked"]}');
      const refs = [
        address,
        `file://${dir}/leak.json`,
        join(dir, 'leak.json'),
        './leak.json',
        '#/properties/x',
        '#/$defs/no',
      ];
      for (const $ref of refs) {
        const schema = {type: 'object', properties: {x: {anyOf: [{$ref}]}}};
        assert.throws(
          () => typedSchema(schema, {prefix: 'T'}),
          {code: 'JW1007', message: /leads out of the schema/},
          $ref,
        );
      }
      for (const $ref of refs.slice(0, 4)) {
        const unwalked = await declareType({type: 'object', properties: {x: {$ref}}}, 'T').catch((error) =>
          String(error),
        );
        assert.doesNotMatch(unwalked, /leaked/, $ref);
      }
      server.close();
      rmSync(dir, {recursive: true});
      assert.equal(requests, 0);
    });

    it('J06: drops tsType, tsEnumNames and all else the generator would take for more than a shape', async () => {
      const evil = 'string}; export const evil = 1; type X = {a: string';
      const hostile = {
        type: 'object',
        tsType: evil,
        $id: evil,
        id: evil,
        extends: {$id: evil, type: 'object'},
        definitions: {[evil]: {tsType: evil}},
        patternProperties: {[`*/ ${evil}`]: {type: 'string'}},
        title: `*/ ${evil} /*`,
        description: `*/ ${evil} /*\n*/ ${evil}`,
        properties: {
          a: {tsType: evil, type: 'string'},
          b: {enum: ['x', `"; ${evil}`], tsEnumNames: [evil, 'y']},
          [`"; ${evil}`]: {type: 'string', default: `*/ ${evil} /*`},
          c: {type: 'array', items: {tsType: evil}, prefixItems: [{tsType: evil}]},
          d: {allOf: [{tsType: evil, type: 'object', properties: {e: {tsType: evil}}}]},
          f: {additionalProperties: {tsType: evil}, type: 'object'},
          '[k: string]': {type: 'string'},
        },
        $defs: {[evil]: {tsType: evil}, g: {tsType: evil}},
      };
      const reduced = typedSchema(hostile, {prefix: 'T'});
      assert.doesNotMatch(JSON.stringify(reduced), /tsType|tsEnumNames|extends|\$id|patternProperties|definitions/);
      const text = await declareType(reduced, 'T');
      const errors = await compile(
        text,
        `import type {T} from './jobwire.js';\nexport const t: T = {a: 'x', b: 'x'};\n`,
      );
      assert.deepEqual(errors, []);
      const bare = text.replaceAll(/"(?:\\.|[^"\\])*"/g, '""').replaceAll(/\/\*\*[\s\S]*?\*\//g, '');
      assert.doesNotMatch(bare, /evil|const|;/);
      assert.deepEqual(
        [...bare.matchAll(/^export (\w+)/gm)].map(([, word]) => word),
        ['interface'],
      );
    });

    it('refuses a schema of thousands of properties, and stops at a depth', async () => {
      const wide = {
        type: 'object',
        properties: Object.fromEntries(Array.from({length: 2001}, (_one, i) => [`p${i}`, {}])),
      };
      assert.throws(() => typedSchema(wide, {prefix: 'T'}), {code: 'JW1007'});
      let deep: JsonObject = {type: 'string'};
      for (let i = 0; i < 5000; i++) deep = {type: 'object', properties: {a: deep}};
      assert.match(await typeOf(deep), /a\?: unknown/);
    });
  });

  describe('makes of a schema', () => {
    const cases: readonly (readonly [what: string, schema: JsonObject, type: string])[] = [
      ['an open object', {type: 'object'}, 'export interface T { [k: string]: unknown }'],
      [
        'listed properties',
        {type: 'object', required: ['a'], properties: {a: {type: 'string'}, b: {}}},
        'export interface T { a: string b?: unknown }',
      ],
      [
        'a map',
        {type: 'object', additionalProperties: {type: 'integer'}},
        'export interface T { [k: string]: number }',
      ],
      ['choices and null', {enum: ['a', 1, null]}, 'export type T = ("a" | 1 | null)'],
      ['a constant', {const: 'x'}, 'export type T = "x"'],
      [
        'a list of several kinds',
        {type: 'array', prefixItems: [{type: 'string'}], items: {type: 'number'}},
        'export type T = (string | number)[]',
      ],
      [
        'what only a condition brings in',
        {
          type: 'object',
          properties: {a: {type: 'string'}},
          if: {},
          then: {properties: {b: {type: 'string'}}, required: ['b']},
        },
        'export interface T { b?: string a?: string }',
      ],
      [
        'a union that only says what must be there',
        {type: 'object', properties: {a: {type: 'string'}}, anyOf: [{required: ['a']}]},
        'export interface T { a?: string }',
      ],
      [
        'what refers to itself',
        {$ref: '#/$defs/node', $defs: {node: {type: 'object', properties: {next: {$ref: '#/$defs/node'}}}}},
        'export interface Tnode { next?: Tnode }',
      ],
    ];
    for (const [what, schema, type] of cases)
      it(what, async () => {
        assert.ok((await typeOf(schema)).includes(type), await typeOf(schema));
      });

    it('an input: closed, and what has a default may be left out', async () => {
      const schema = {
        type: 'object',
        required: ['a', 'b'],
        properties: {a: {type: 'string'}, b: {type: 'string', default: 'x'}},
      };
      assert.equal(await typeOf(schema, true), 'export interface T { a: string b?: string }');
    });
  });

  it('names types after what they are of, each differently', () => {
    const names = new Names(['Event']);
    assert.deepEqual(
      [['uipath-prod', 'startJob'], ['uipath', 'prod startJob'], ['event'], ['2nd'], ['"; drop'], ['ü']].map((words) =>
        names.unique(words),
      ),
      ['UipathProdStartJob', 'UipathProdStartJob2', 'Event2', 'Type2nd', 'Drop', 'Type'],
    );
  });
});
