/** What `check` writes for programs: SARIF that fits its schema, and workflow commands that cannot be broken out of. */
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import {Ajv} from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import {planFixes} from '../../src/authoring/fix.ts';
import {fail, type Issue} from '../../src/errors/jobwire-error.ts';
import {sarifLog} from '../../src/terminal/sarif.ts';
import {workflowCommand} from '../../src/terminal/workflow-commands.ts';
import {atPointer, type Json} from '../../src/values/json.ts';
import {connectionFile, connectorFile, type DeskProject, makeDesk, templateFile} from './desk.ts';

const draft4 = JSON.parse(
  gunzipSync(readFileSync(new URL('../fixtures/sarif/sarif-2.1.0-rtm.5.json.gz', import.meta.url))).toString(),
) as {$schema?: string; id?: string};

function problemsOf(log: unknown): unknown {
  const {$schema: _draft, id: _id, ...schema} = draft4;
  const ajv = new Ajv({strict: false, allErrors: true, unicodeRegExp: false});
  addFormats.default(ajv);
  const validate = ajv.compile(schema);
  return validate(log) ? [] : validate.errors;
}

function issueAt(file: string, more: Parameters<typeof fail>[2] = {}): Issue {
  return fail('JW1003', {key: 'critera'}, {at: {file, pointer: '/critera', line: 8, column: 3}, ...more}).issue();
}

describe('check --format sarif', () => {
  let project: DeskProject;
  before(() => {
    project = makeDesk();
    project.replace(templateFile, '"{{event.data.number}}"', '"{{event.data.numbr}}"');
    project.replace(connectionFile, '"env:DESK_KEY"', '"s3cret-text"');
    project.replace(connectorFile, '"title": "Desk",', '"title": "Desk", "schemas": {"unused": {"type": "string"}},');
  });
  after(() => project.remove());

  it('fits the schema of SARIF 2.1.0', () => {
    const issues = project.check();
    assert.deepEqual([...new Set(issues.map(({severity}) => severity))].sort(), ['error', 'warning']);
    assert.deepEqual(problemsOf(sarifLog(issues, {version: '1.2.3', root: project.dir})), []);
    assert.deepEqual(problemsOf(sarifLog([], {version: '1.2.3', root: project.dir})), []);
  });

  it('would notice a log that does not fit', () => {
    assert.notDeepEqual(problemsOf({version: '2.1.0', runs: [{tool: {}}]}), []);
  });

  it('names each rule once, and each place from the root, with the word to change', () => {
    const issues = project.check();
    const fixes = planFixes(issues, {
      mayChange: () => true,
      read: (file) => project.read(file.slice(project.dir.length + 1)),
    });
    const log = sarifLog(issues, {version: '1.2.3', root: project.dir, fixes}) as Json;
    assert.deepEqual(problemsOf(log), []);
    const results = atPointer(log, '/runs/0/results') as {ruleId: string; ruleIndex: number}[];
    const at = results.findIndex(({ruleId}) => ruleId === 'JW2005');
    assert.equal(atPointer(log, `/runs/0/tool/driver/rules/${results[at]?.ruleIndex}/id`), 'JW2005');
    assert.deepEqual(atPointer(log, `/runs/0/results/${at}/locations/0/physicalLocation`), {
      artifactLocation: {uri: templateFile, uriBaseId: 'ROOT'},
      region: {startLine: 15, startColumn: 20},
    });
    assert.deepEqual(atPointer(log, `/runs/0/results/${at}/fixes/0/artifactChanges/0/replacements`), [
      {
        deletedRegion: {startLine: 15, startColumn: 31, endLine: 15, endColumn: 36},
        insertedContent: {text: 'number'},
      },
    ]);
    assert.match(String(atPointer(log, '/runs/0/originalUriBaseIds/ROOT/uri')), /^file:\/\/\/.*\/a%20b%20%C3%A9\/$/);
    assert.doesNotMatch(JSON.stringify(log), /s3cret-text/);
  });

  it('gives a file outside the root its whole address, and special characters their escapes', () => {
    const uriOf = (file: string): unknown =>
      atPointer(
        sarifLog([issueAt(file)], {version: '1', root: '/p'}),
        '/runs/0/results/0/locations/0/physicalLocation/artifactLocation',
      );
    assert.deepEqual(uriOf('/elsewhere/a b.json'), {uri: 'file:///elsewhere/a%20b.json'});
    assert.deepEqual(uriOf('/p/a b/ü#?.json'), {uri: 'a%20b/%C3%BC%23%3F.json', uriBaseId: 'ROOT'});
  });

  it('keeps the fingerprint of a finding when lines above it come and go', () => {
    const printOf = (line: number): unknown =>
      atPointer(
        sarifLog([issueAt('/p/a.json', {at: {file: '/p/a.json', pointer: '/x', line, column: 1}})], {
          version: '1',
          root: '/p',
        }),
        '/runs/0/results/0/partialFingerprints',
      );
    assert.deepEqual(printOf(3), printOf(30));
  });
});

describe('check --format github', () => {
  it('writes one command with place, code and what to do', () => {
    assert.equal(
      workflowCommand(issueAt(join('templates', 'a', 'template.json'), {suggestions: ['criteria']})),
      '::error file=templates/a/template.json,line=8,col=3,title=JW1003 unknown key::there is no key critera here (did you mean criteria?). Fix: remove the key or correct its name',
    );
  });

  it('says warnings and notices as such, and knows findings without a place', () => {
    assert.match(workflowCommand(fail('JW1009', {what: 'schema', name: 'x'}).issue()), /^::warning title=JW1009 /);
    assert.match(workflowCommand(fail('JW4006', {}).issue()), /^::notice title=JW4006 /);
  });

  it('never lets a text begin another command or property', () => {
    const text = fc.string({unit: fc.constantFrom('a', ':', ',', '%', '\n', '\r', '::error::', '%0A')});
    fc.assert(
      fc.property(text, text, (file, detail) => {
        const command = workflowCommand(issueAt(file, {detail}));
        assert.doesNotMatch(command, /[\r\n]/);
        const [, properties = ''] = /^::error (.*?)::/.exec(command) ?? [];
        assert.deepEqual(
          properties.split(',').map((property) => property.split('=')[0]),
          ['file', 'line', 'col', 'title'],
        );
        const decoded = (part: string): string =>
          part.replace(/%(3A|2C|0A|0D|25)/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
        assert.equal(decoded(properties.split(',')[0]?.slice('file='.length) ?? ''), file);
        assert.ok(decoded(command.slice(command.indexOf('::', 3) + 2)).startsWith(detail));
      }),
    );
  });
});
