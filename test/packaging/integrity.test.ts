/** A package is what its manifest says: files by their digests, the label by the connectors themselves. */
import assert from 'node:assert/strict';
import type {Connector, Package} from '../../src/generated/types.ts';
import {jsonFile, manifestFile, type PackageFiles, sha256} from '../../src/packaging/files.ts';
import {checkFiles} from '../../src/packaging/integrity.ts';
import {packFixture, withFiles} from './archives.ts';

const {files, manifest} = packFixture();

function told(changed: PackageFiles): string[] {
  return checkFiles(changed).map(({kind, path, problem}) => `${kind}: ${path} ${problem}`);
}

/** The manifest with matching digests, so that only the label is wrong: what a publisher with a key could sign. */
function relabelled(
  changes: Readonly<Record<string, string | Uint8Array | undefined>>,
  more: Partial<Package> = {},
): PackageFiles {
  const next = withFiles(files, changes);
  const listed = [...next].filter(([path]) => path !== manifestFile).map(([path, bytes]) => [path, sha256(bytes)]);
  return withFiles(next, {[manifestFile]: jsonFile({...manifest, files: Object.fromEntries(listed), ...more})});
}

describe('the files of a package', () => {
  it('are what was packed', () => {
    assert.deepEqual(told(files), []);
    assert.deepEqual(told(relabelled({})), []);
  });

  it('tell which one is changed, missing or extra, by path', () => {
    const changed = withFiles(files, {
      'README.md': 'other',
      'connectors/acme-desk/README.md': undefined,
      'connectors/acme-desk/more.json': '{}',
    });
    assert.deepEqual(told(changed), [
      'changed: README.md is not what was packed',
      'missing: connectors/acme-desk/README.md is missing',
      'extra: connectors/acme-desk/more.json was not packed',
    ]);
  });

  it('may have a signature beside them, which is looked at elsewhere', () => {
    assert.deepEqual(told(withFiles(files, {'jobwire-signature.json': '{}'})), []);
  });

  for (const [what, bytes, says] of [
    ['missing', undefined, /^manifest: jobwire-package\.json is missing/],
    ['no JSON', '{', /is not strict JSON/],
    ['no package', '{"kind": "connector"}', /is not a package manifest/],
    ['one of a source', JSON.stringify({...manifest, files: undefined}), /was not completed by jobwire pack/],
  ] as const)
    it(`are refused when the manifest is ${what}`, () => {
      assert.match(told(withFiles(files, {[manifestFile]: bytes}))[0] ?? '', says);
    });
});

describe('the label of a package', () => {
  const path = 'connectors/acme-desk/connector.json';
  const connector = JSON.parse(Buffer.from(files.get(path) ?? '').toString()) as Connector;

  it('cannot hide a host, a method, a secret, an action or an event of a connector', () => {
    const permissions = manifest.permissions ?? {};
    assert.deepEqual(
      told(
        relabelled(
          {},
          {
            permissions: {
              ...permissions,
              hosts: (permissions.hosts ?? []).filter((host) => host !== 'login.acme.example'),
              methods: {...permissions.methods, '*.robots.acme.example': ['GET']},
              secrets: ['acme-desk/signing', 'acme-robots/apiKey'],
              actions: [],
              events: [],
            },
          },
        ),
      ).map((line) => line.replace('label: jobwire-package.json does not tell that the package asks for ', '')),
      [
        'host login.acme.example',
        'DELETE, POST to *.robots.acme.example',
        'secret acme-desk/clientSecret',
        'action acme-desk/addNote',
        'action acme-robots/job.stop',
        'action acme-robots/startJob',
        'event acme-desk/incident.created',
      ],
    );
  });

  it('cannot be that of another connector', () => {
    const wider = {...connector, permissions: {hosts: [...connector.permissions.hosts, 'evil.example']}};
    assert.deepEqual(told(relabelled({[path]: JSON.stringify(wider)})), [
      'label: jobwire-package.json does not tell that the package asks for host evil.example',
    ]);
  });

  it('names every connector and template that is in the package', () => {
    assert.deepEqual(told(relabelled({'connectors/acme-hidden/connector.json': '{}'})), [
      'label: connectors/acme-hidden is not in contents',
    ]);
  });

  it('names only what is there, under its own id', () => {
    assert.match(told(relabelled({[path]: undefined}))[0] ?? '', /is missing, and contents names acme-desk/);
    assert.match(
      told(relabelled({[path]: JSON.stringify({...connector, id: 'acme-robots'})}))[0] ?? '',
      /says another id/,
    );
    assert.match(told(relabelled({[path]: '{"kind": "connector"}'}))[0] ?? '', /is not a connector that this Jobwire/);
    assert.match(told(relabelled({[path]: '{'}))[0] ?? '', /is not strict JSON/);
  });

  it('is of the same name and version as package.json, which registries go by', () => {
    for (const npm of [
      '{"name": "@acme/other", "version": "1.0.0"}',
      '{"name": "@acme/incident-automation", "version": "1.0.1"}',
    ])
      assert.deepEqual(told(relabelled({'package.json': npm})), [
        'label: package.json is not of @acme/incident-automation 1.0.0',
      ]);
    assert.match(told(relabelled({'package.json': '{"scripts": {}}'}))[0] ?? '', /has "scripts"/);
    assert.match(told(relabelled({'package.json': undefined}))[0] ?? '', /package\.json is missing/);
  });
});
