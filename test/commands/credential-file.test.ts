/** Credential files of vendors become connections that pass their check. */
import assert from 'node:assert/strict';
import {existsSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {importCredentials} from '../../src/credential-file.ts';
import {JobwireError} from '../../src/errors/jobwire-error.ts';
import type {Connector} from '../../src/generated/types.ts';
import {loadLibrary} from '../../src/manifest/library.ts';
import {makeProject, shipped, type TestProject} from '../support/project.ts';

const ionapi = {
  ti: 'ACME_PRD',
  cn: 'jobwire',
  ci: 'ACME_PRD~client',
  cs: 'canary-client-secret',
  iu: 'https://mingle-ionapi.example.com/',
  pu: 'https://mingle-sso.example.com/ACME_PRD/as/',
  ot: 'token.oauth2',
  saak: 'ACME_PRD#access',
  sask: 'canary-secret-key',
};

describe('a credential file', () => {
  const connector = shipped<Connector>('connectors/infor-rpa/connector.json');
  let project: TestProject;
  let file: string;
  before(() => {
    project = makeProject([]);
    file = join(project.dir, 'backend.ionapi');
    writeFileSync(file, JSON.stringify(ionapi));
  });
  after(() => project.remove());

  it('becomes a connection without any secret in it, and secret files only the owner can read', () => {
    const made = importCredentials(connector, {id: 'infor-main', file, project: project.dir});
    const text = readFileSync(made.connection, 'utf8');
    assert.doesNotMatch(text, /canary/);
    const {config, secrets} = JSON.parse(text) as {config: Record<string, string>; secrets: Record<string, string>};
    assert.equal(config['tenant'], 'ACME_PRD');
    assert.equal(config['url'], 'https://mingle-ionapi.example.com');
    assert.deepEqual([...made.secrets].sort(), ['accessKey', 'clientSecret', 'secretKey']);
    for (const reference of Object.values(secrets)) {
      const path = join(project.dir, 'connections', reference.replace('file:', ''));
      assert.equal(statSync(path).mode & 0o777, 0o600);
    }
    assert.equal(project.read('connections/secrets/infor-main-secretKey'), 'canary-secret-key\n');
  });

  it('leaves only what it does not hold to the operator', () => {
    const made = importCredentials(connector, {
      id: 'infor-other',
      file,
      project: project.dir,
      variant: 'client-credentials',
    });
    const about = loadLibrary({project: project.dir, shipped: process.cwd()}).issues.filter(
      ({at}) => at?.file === made.connection,
    );
    assert.deepEqual(
      about.map(({code}) => code),
      made.missing.length > 0 ? ['JW7003'] : [],
    );
  });

  for (const [title, order, code] of [
    ['an id that is taken', {id: 'infor-main'}, 'JW7101'],
    ['a file that is not there', {id: 'infor-x', file: 'nowhere.ionapi'}, 'JW7102'],
    ['an unknown variant', {id: 'infor-x', variant: 'magic'}, 'JW7004'],
  ] as const)
    it(`is refused for ${title}, and nothing is written`, () => {
      const wrong = (error: unknown): boolean => error instanceof JobwireError && error.code === code;
      assert.throws(() => importCredentials(connector, {file, project: project.dir, ...order}), wrong);
      assert.ok(!existsSync(join(project.dir, 'connections', 'infor-x.json')));
    });

  it('is refused for a connector that reads none', () => {
    const other = shipped<Connector>('connectors/github/connector.json');
    assert.throws(() => importCredentials(other, {id: 'x', file, project: project.dir}), /reads no credential file/);
  });
});
