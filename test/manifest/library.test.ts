/** The library: what wins, what is found by reference, and that a bad file never throws. */
import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {JobwireError} from '../../src/errors/jobwire-error.ts';
import {checkCompanions} from '../../src/manifest/check-companions.ts';
import {loadLibrary} from '../../src/manifest/library.ts';
import {loadFile} from '../../src/manifest/load.ts';
import {resolveSchema} from '../../src/manifest/schemas.ts';
import {connector, good, loadProject, sample, shown} from './project.ts';

/** Writes the files, hands over the folder, and takes everything away again. */
function withFiles<T>(files: Readonly<Record<string, string>>, use: (root: string) => T): T {
  const root = mkdtempSync(join(tmpdir(), 'jobwire-library-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), {recursive: true});
      writeFileSync(join(root, path), content);
    }
    return use(root);
  } finally {
    rmSync(root, {recursive: true, force: true});
  }
}

const shipped = Object.fromEntries(
  [connector, sample].map((file) => [`shipped/${file}`, good[file as keyof typeof good]]),
);
const older = good[connector].replace('"version": "1.0.0"', '"version": "1.4.2"');

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return error instanceof JobwireError ? `${error.code} ${(error.extra.suggestions ?? []).join(',')}` : String(error);
  }
  return 'nothing';
}

describe('the library', () => {
  it('takes the connector of the project before the shipped one', () => {
    const files = {...shipped, [`project/${connector}`]: older, [`project/${sample}`]: good[sample]};
    withFiles(files, (root) => {
      const library = loadLibrary({project: join(root, 'project'), shipped: join(root, 'shipped')});
      assert.deepEqual(library.issues.map(shown), []);
      assert.equal(library.connector('acme').manifest.version, '1.4.2');
    });
  });

  it('does not fall back to a shipped connector when the one of the project is broken', () => {
    withFiles({...shipped, [`project/${connector}`]: '{'}, (root) => {
      const library = loadLibrary({project: join(root, 'project'), shipped: join(root, 'shipped')});
      assert.deepEqual(
        library.issues.map(({code}) => code),
        ['JW1001'],
      );
      assert.equal(library.connectors.size, 0);
    });
  });

  it('finds connectors by id and by range', () => {
    const {library} = loadProject({...good, [connector]: older});
    for (const ref of ['acme', 'acme@^1', 'acme@^1.4', 'acme@~1.4', 'acme@1.4.2'])
      assert.equal(library.connector(ref).id, 'acme', ref);
    assert.equal(
      codeOf(() => library.connector('acme@^2')),
      'JW1017 ',
    );
    assert.equal(
      codeOf(() => library.connector('acme@1.4.1')),
      'JW1017 ',
    );
    assert.equal(
      codeOf(() => library.connector('acmee@^1')),
      'JW1004 acme',
    );
  });

  it('says a fault once, not again wherever the file is named', () => {
    const {library} = loadProject({...good, [connector]: good[connector].replace('"title": "Acme",', '')});
    assert.deepEqual(
      library.issues.map(({code}) => code),
      ['JW1002'],
    );
    const second = loadProject({...good, 'connections/acme-main.json': '[]'});
    assert.deepEqual(
      second.library.issues.map(({code}) => code),
      ['JW1002'],
    );
  });

  it('reports all findings of a stage, in the order of the file', () => {
    const text = good[connector]
      .replace('"lookup": "job"', '"lookup": "jobs"')
      .replace('"budget": "calls"', '"budget": "cals"');
    const {issues} = loadProject({...good, [connector]: text}).library;
    assert.deepEqual(
      issues.map(({code, suggestions}) => `${code} ${suggestions?.join(',')}`),
      ['JW1004 calls', 'JW1004 job'],
    );
  });

  it('never throws, whatever the files hold', () => {
    for (const content of [
      '',
      'null',
      '[]',
      '"x"',
      '{}',
      '{"kind": "connector"}',
      '{"kind": "template"}',
      '\u0000',
      '{"kind": 1}',
    ])
      for (const file of Object.keys(good)) {
        const {library} = loadProject({...good, [file]: content});
        assert.ok(library.issues.length > 0, `${file}: ${content}`);
        assert.ok(library.issues.every(({at}) => at !== undefined && at.line >= 1));
      }
  });

  it('is empty for a folder that is not there', () => {
    const library = loadLibrary({project: '/nowhere/at/all', shipped: '/nowhere/either'});
    assert.deepEqual(
      [library.issues, library.connectors.size, library.template('x'), library.connection('x')],
      [[], 0, undefined, undefined],
    );
  });

  it('reads schemas from files of the connector, also in a folder with odd characters', () => {
    const text = good[connector]
      .replace('{ "$ref": "#/schemas/ticket" }', '{ "$ref": "./schemas/ticket.json" }')
      .replace(/"ticket": \{[\s\S]*?\n {4}\}\n {2}\},/, '},')
      .replace('"schemas": {\n    },', '');
    const schema =
      '{ "type": "object", "required": ["id"], "properties": { "id": { "type": "string" }, "parent": { "$ref": "./schemas/ticket.json" } } }';
    withFiles(
      {
        '[a] b*/connectors/acme/connector.json': text,
        '[a] b*/connectors/acme/schemas/ticket.json': schema,
        [`[a] b*/${sample}`]: good[sample],
      },
      (root) => {
        const library = loadLibrary({project: join(root, '[a] b*'), shipped: '/nowhere'});
        assert.deepEqual(library.issues.map(shown), []);
        const {manifest} = library.connector('acme');
        const resolved = resolveSchema(manifest.events?.['ticket.opened']?.data ?? false, manifest);
        assert.deepEqual(Object.keys(resolved), ['type', 'required', 'properties', '$defs']);
      },
    );
  });

  it('does not follow a link out of the folder', () => {
    withFiles(
      {
        ...Object.fromEntries(Object.entries(good).map(([file, text]) => [`p/${file}`, text])),
        'outside.json': good[sample],
      },
      (root) => {
        const link = join(root, 'p', sample);
        rmSync(link);
        symlinkSync(join(root, 'outside.json'), link);
        const {issues} = loadLibrary({project: join(root, 'p'), shipped: '/nowhere'});
        assert.deepEqual(
          issues.map(({code}) => code),
          ['JW1006'],
        );
      },
    );
  });

  it('loads one file of any kind', () => {
    withFiles({'a.json': good['connections/acme-main.json'], 'b.json': '{"kind": "conection"}'}, (root) => {
      assert.equal(loadFile(join(root, 'a.json')).kind, 'connection');
      assert.deepEqual(
        loadFile(join(root, 'a.json'), 'template').issues.map(({code, at}) => [code, at?.pointer]),
        [['JW1002', '/kind']],
      );
      assert.equal(loadFile(join(root, 'b.json')).issues[0]?.suggestions?.[0], 'connection');
      assert.deepEqual(
        loadFile(join(root, 'c.json')).issues.map(({code, detail}) => `${code} ${detail}`),
        ['JW1001 the file does not exist'],
      );
    });
  });

  it('checks simulators and cases for names and expressions', () => {
    const simulator =
      '{"jobwire": "1", "kind": "simulator", "collections": {"jobs": []}, "operations": {"listJob": {"from": "job", "reply": {"body": "{{rows"}}}}';
    const kase =
      '{"jobwire": "1", "kind": "case", "title": "x", "of": {"action": "runn"}, "event": "../samples/none.json", "expect": {}}';
    const files = {...good, 'connectors/acme/simulator.json': simulator, 'connectors/acme/cases/a.json': kase};
    withFiles(files, (root) => {
      const library = loadLibrary({project: root, shipped: '/nowhere'});
      assert.deepEqual(
        checkCompanions(library).map(
          ({code, at, suggestions}) => `${code} ${at?.pointer} ${suggestions?.join(',') ?? ''}`,
        ),
        [
          'JW1004 /operations/listJob listJobs',
          'JW1004 /operations/listJob/from jobs',
          'JW2001 /operations/listJob/reply/body ',
          'JW1004 /of/action run',
          'JW1006 /event ',
        ],
      );
    });
  });

  it('has nothing to say about the simulators and cases that are shipped', () => {
    assert.deepEqual(
      checkCompanions(loadLibrary({project: '.', shipped: '.'})).map((issue) => `${issue.at?.file} ${shown(issue)}`),
      [],
    );
  });
});
