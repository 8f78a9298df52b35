/** Schemas for editors: they stand alone, refuse nothing the format takes, and propose only what the check lets stand. */
import assert from 'node:assert/strict';
import {globSync, readFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {Ajv2020} from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import {schemaForFile} from '../../src/authoring/file-schema.ts';
import {offersAt} from '../../src/authoring/offers.ts';
import {overlayOf} from '../../src/authoring/overlay.ts';
import {pathsOf} from '../../src/authoring/paths.ts';
import type {Place} from '../../src/expressions/check.ts';
import {bundledSchema} from '../../src/manifest/bundle.ts';
import {fitsKind, kinds} from '../../src/manifest/kinds.ts';
import {loadLibrary} from '../../src/manifest/library.ts';
import {atPointer, isObject, type Json, type JsonObject, own} from '../../src/values/json.ts';
import {packageRoot} from '../../src/values/package-root.ts';
import {connectionFile, connectorFile, type DeskProject, makeDesk, templateFile} from './desk.ts';

function compiled(schema: JsonObject): (value: Json) => boolean {
  const ajv = new Ajv2020({strict: false, logger: false});
  addFormats.default(ajv);
  const validate = ajv.compile(schema);
  return (value) => validate(value);
}

/** Every reference of a schema, wherever it stands. */
function refsOf(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(refsOf);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    key === '$ref' && typeof item === 'string' ? [item] : refsOf(item),
  );
}

/** What is proposed for the value at a pointer, as an editor collects it: through references, unions, properties and rows. */
function proposals(schema: JsonObject, pointer: string): Json[] {
  let here: JsonObject[] = flat(schema, schema);
  for (const segment of pointer.split('/').slice(1)) {
    const below = here.flatMap((node): Json[] => {
      const {properties, prefixItems, items, additionalProperties} = node;
      if (Array.isArray(prefixItems)) return [prefixItems[Number(segment)] ?? items ?? {}];
      if (items !== undefined && /^\d+$/.test(segment)) return [items];
      return [own(properties, segment) ?? additionalProperties ?? {}];
    });
    here = below.filter(isObject).flatMap((node) => flat(node, schema));
  }
  return here.flatMap((node) => (Array.isArray(node['enum']) ? node['enum'] : []));
}

function flat(node: JsonObject, root: JsonObject, depth = 0): JsonObject[] {
  if (depth > 8) return [];
  const ref = node['$ref'];
  const target = typeof ref === 'string' ? own(root['$defs'], ref.slice('#/$defs/'.length)) : undefined;
  const parts = ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) =>
    Array.isArray(node[keyword]) ? (node[keyword] as Json[]) : [],
  );
  return [node, ...[target ?? null, ...parts].filter(isObject).flatMap((part) => flat(part, root, depth + 1))];
}

function membersAt(schema: JsonObject, pointer: string): string[] {
  let here: JsonObject[] = flat(schema, schema);
  for (const segment of pointer.split('/').slice(1))
    here = here
      .map((node) => own(node['properties'], segment) ?? null)
      .filter(isObject)
      .flatMap((node) => flat(node, schema));
  return here.flatMap((node) => Object.keys(isObject(node['properties']) ? node['properties'] : {}));
}

describe('the schema of a kind', () => {
  for (const kind of kinds)
    it(`of ${kind} stands alone and says what the format says`, () => {
      const schema = bundledSchema(kind);
      for (const ref of refsOf(schema))
        assert.ok(own(schema['$defs'], ref.slice('#/$defs/'.length)) !== undefined, ref);
      const fits = compiled(schema);
      const source = JSON.parse(readFileSync(join(packageRoot, 'schemas', `${kind}.schema.json`), 'utf8')) as {
        examples?: Json[];
        antiExamples?: {value: Json}[];
      };
      for (const value of [...(source.examples ?? []), ...(source.antiExamples ?? []).map((anti) => anti.value)])
        assert.equal(fits(value), fitsKind(kind, value), JSON.stringify(value).slice(0, 200));
    });

  it('takes every shipped manifest and refuses it with a key too many', () => {
    const fits = new Map(kinds.map((kind) => [kind, compiled(bundledSchema(kind))]));
    const files = globSync('{connectors,templates}/*/*.json', {cwd: packageRoot});
    assert.ok(files.length > 20);
    for (const file of files) {
      const value = JSON.parse(readFileSync(join(packageRoot, file), 'utf8')) as JsonObject;
      const takes = fits.get(basename(file, '.json') as (typeof kinds)[number]);
      assert.equal(takes?.(value), true, file);
      assert.equal(takes?.({...value, somethingElse: 1}), false, file);
    }
  });
});

describe('the schema of a file', () => {
  let project: DeskProject;
  beforeEach(() => {
    project = makeDesk();
  });
  afterEach(() => project.remove());

  const schemaOf = (file: string) => schemaForFile(join(project.dir, file), project.library());
  const contentOf = (file: string): Json => JSON.parse(project.read(file)) as Json;

  it('stands alone and takes the file, whatever it proposes', () => {
    for (const file of [templateFile, connectorFile, connectionFile]) {
      const {schema, problem} = schemaOf(file);
      assert.equal(problem, undefined);
      for (const ref of refsOf(schema))
        assert.ok(own(schema['$defs'], ref.slice('#/$defs/'.length)) !== undefined, ref);
      const fits = compiled(schema);
      assert.equal(fits(contentOf(file)), true, file);
      assert.equal(fits({...(contentOf(file) as JsonObject), somethingElse: 1}), false, file);
    }
  });

  it('never refuses a directive or an expression where it knows names and choices', () => {
    const fits = compiled(schemaOf(templateFile).schema);
    const template = contentOf(templateFile) as {do: {input: unknown}};
    for (const input of [
      {$merge: [{ticket: 'x'}, {text: 'y'}]},
      {$if: true, then: {ticket: 'x', text: 'y'}},
      {ticket: {$switch: '{{run.id}}', cases: {}, default: 'x'}, text: '{{run.id}}', visibility: '{{run.id}}'},
    ])
      assert.equal(fits({...template, do: {...template.do, input}} as never), true, JSON.stringify(input));
  });

  it('lists the paths of the event where an expression may read them', () => {
    const {schema} = schemaOf(templateFile);
    const text = proposals(schema, '/do/input/text');
    for (const offer of [
      '{{event.data.number}}',
      '{{event.data.requester.name}}',
      '{{run.key}}',
      "{{default event.data.summary ''}}",
    ])
      assert.ok(text.includes(offer), offer);
    assert.ok(proposals(schema, '/do/input/queue').includes('{{optional event.data.[x tag]}}'));
    assert.ok(!text.includes('{{event.data.labels}}'), 'a list is no text');
    assert.ok(!text.some((offer) => String(offer).includes('result.')), 'there is no result yet');
  });

  it('knows the inside of free objects, also members that are not written yet', () => {
    const {schema} = schemaOf(templateFile);
    for (const pointer of [
      '/do/input/extra/who',
      '/do/input/extra/new',
      '/do/input/extra/a/b',
      '/do/input/extra/list/0',
    ])
      assert.ok(proposals(schema, pointer).includes('{{event.data.requester}}'), pointer);
  });

  it('knows paths without braces in criteria, also in the row that is being written', () => {
    const {schema} = schemaOf(templateFile);
    for (const row of [0, 1, 2]) {
      const paths = proposals(schema, `/criteria/${row}/path`);
      assert.ok(paths.includes('event.data.priority'), String(row));
      assert.equal(
        paths.includes('event.data.[x tag]'),
        row > 0,
        'it may be missing, which the first row does not allow for',
      );
      assert.ok(
        paths.every((path) => !String(path).includes('{')),
        String(row),
      );
    }
    project.replace(
      templateFile,
      '"criteria": [{ "path": "event.data.priority", "op": "in", "value": ["high"] }],',
      '',
    );
    assert.ok(proposals(schemaOf(templateFile).schema, '/criteria/0/path').includes('event.data.priority'));
  });

  it('asks questions in a test: choices of an enumeration, and what may be missing', () => {
    const when = proposals(schemaOf(templateFile).schema, '/do/when');
    for (const offer of [
      "{{eq event.data.priority 'high'}}",
      '{{has event.data.summary}}',
      '{{has event.data.requester.phone}}',
    ])
      assert.ok(when.includes(offer), offer);
    assert.ok(!when.includes('{{event.data.number}}'));
    assert.ok(!when.includes('{{has event.data.number}}'), 'it is always there');
  });

  it('lists names: events, actions, connections, inputs with their choices, settings and secrets', () => {
    const {schema} = schemaOf(templateFile);
    assert.deepEqual(proposals(schema, '/on/event'), ['ticket.created']);
    assert.deepEqual(proposals(schema, '/on/connection'), ['desk-main']);
    assert.deepEqual(proposals(schema, '/do/connector'), ['desk@^1']);
    assert.deepEqual(proposals(schema, '/do/action'), ['addNote']);
    assert.deepEqual(proposals(schema, '/do/input/visibility').slice(0, 2), ['public', 'internal']);
    assert.deepEqual(membersAt(schema, '/do/input').sort(), ['extra', 'queue', 'text', 'ticket', 'visibility']);
    const connection = schemaOf(connectionFile).schema;
    assert.deepEqual(proposals(connection, '/variant'), ['cloud', 'on-site']);
    assert.deepEqual(membersAt(connection, '/secrets'), ['apiKey', 'signingKey']);
    assert.deepEqual(membersAt(connection, '/config'), ['url']);
  });

  it('knows the roots of each place of a connector', () => {
    const {schema} = schemaOf(connectorFile);
    const header = proposals(schema, '/operations/addNote/request/headers/X-Ticket');
    assert.ok(header.includes('{{params.ticket}}') && header.includes('{{connection.url}}'));
    assert.ok(!header.some((offer) => String(offer).includes('secret.')));
    assert.ok(proposals(schema, '/connection/auth/apply/headers/X-New').includes('{{secret.apiKey}}'));
    assert.ok(proposals(schema, '/operations/addNote/request/body/json/deep/er').includes('{{params.text}}'));
    assert.ok(proposals(schema, '/operations/listQueues/response/items').includes('{{response.body}}'));
    assert.ok(proposals(schema, '/actions/addNote/steps/0/with/ticket').includes('{{input.ticket}}'));
    assert.ok(proposals(schema, '/feeds/tickets/event/id').includes('{{item}}'));
  });

  it('proposes nothing that the check refuses', () => {
    const {schema} = schemaOf(templateFile);
    const text = project.read(templateFile);
    let tried = 0;
    for (const [pointer, written] of [
      ['/do/input/text', '"[{{event.data.number}}] {{truncate event.data.requester.name 200}}"'],
      ['/do/input/visibility', '"public"'],
      ['/do/input/extra/who', '"{{event.data.requester.name}}"'],
      ['/do/when', `"{{eq event.data.priority 'high'}}"`],
    ] as const) {
      const offers = proposals(schema, pointer);
      assert.ok(offers.length > 5, pointer);
      // Neighbours in the list are of one kind; every third is enough to meet each.
      for (const offer of offers.filter((_offer, i) => i % 3 === 0)) {
        project.write(templateFile, text);
        project.replace(templateFile, written, JSON.stringify(offer));
        assert.deepEqual(
          project.check().map(({code, detail}) => `${code} ${detail}`),
          [],
          `${offer} at ${pointer}`,
        );
        tried++;
      }
    }
    assert.ok(tried > 20);
  });

  it('is the schema of the kind for a file that does not fit its format, and says why', () => {
    project.replace(templateFile, '"criteria":', '"critera":');
    const {schema, problem} = schemaOf(templateFile);
    assert.deepEqual(schema, bundledSchema('template'));
    assert.match(problem ?? '', /no key critera/);
    project.write(templateFile, '{"jobwire": "1",');
    assert.equal(schemaOf(templateFile).kind, 'template');
  });

  it('is the schema of the kind for a file that names what is not there, and says why', () => {
    project.replace(
      templateFile,
      '"connector": "desk@^1",\n    "connection"',
      '"connector": "none@^1",\n    "connection"',
    );
    const {schema, problem} = schemaOf(templateFile);
    assert.deepEqual(schema, bundledSchema('template'));
    assert.match(problem ?? '', /connector.*none/);
  });

  it('refuses a file of no kind with JW7102', () => {
    project.write('notes.json', '{"a": 1}');
    assert.throws(() => schemaOf('notes.json'), {code: 'JW7102'});
  });

  it('can be had for shipped connectors', () => {
    const library = loadLibrary({project: packageRoot, shipped: packageRoot, only: ['servicenow', 'github']});
    for (const {file, manifest} of library.connectors.values()) {
      const {schema, problem} = schemaForFile(file, library);
      assert.equal(problem, undefined, file);
      assert.equal(compiled(schema)(manifest as unknown as Json), true, file);
    }
  });
});

describe('what is offered at a place', () => {
  const place = (more: Partial<Place>): Place => ({
    roots: {
      a: {
        type: 'object',
        required: ['n', 's'],
        properties: {n: {type: 'integer'}, s: {type: 'string'}, o: {type: ['string', 'null']}},
      },
    },
    resolve: () => true,
    ...more,
  });

  it('fits the type that is wanted', () => {
    assert.deepEqual(offersAt(place({expect: {type: 'integer'}})), ['{{a.n}}']);
    assert.deepEqual(offersAt(place({expect: {type: 'string'}})), ['{{a.s}}', "{{default a.o ''}}"]);
    assert.deepEqual(offersAt(place({expect: {type: 'string'}}), {optional: true}), ['{{a.s}}', '{{optional a.o}}']);
    assert.deepEqual(offersAt(place({expect: {type: 'boolean'}})), ['{{has a.o}}']);
  });

  it('walks no further than seven names, and lists no more than 400', () => {
    const loop: {type: string; properties: Record<string, unknown>} = {type: 'object', properties: {}};
    loop.properties['a'] = loop;
    assert.equal(pathsOf({r: loop}, () => true).at(-1)?.path, 'r.a.a.a.a.a.a');
    const wide = {
      type: 'object',
      properties: Object.fromEntries(Array.from({length: 1000}, (_one, i) => [`p${i}`, {}])),
    };
    assert.equal(pathsOf({r: wide}, () => true).length, 400);
  });
});

describe('an overlay', () => {
  it('puts each schema at its pointer, in rows and members, and takes the last row for new ones', () => {
    const value = {list: [{}, {}], 'a/b': {}};
    const overlay = overlayOf(
      [
        {pointer: '/list/0/x', schema: {enum: [1]}},
        {pointer: '/list/1/x', schema: {enum: [2]}},
        {pointer: '/a~1b/c', schema: {enum: [3]}},
        {pointer: '/a~1b/c', schema: {enum: [4]}},
      ],
      value,
    );
    const last = {properties: {x: {enum: [2]}}};
    assert.deepEqual(atPointer(overlay, '/properties/list'), {
      prefixItems: [{properties: {x: {enum: [1]}}}, last],
      items: last,
    });
    assert.deepEqual(atPointer(overlay, '/properties/a~1b/properties/c'), {enum: [3]});
  });
});
