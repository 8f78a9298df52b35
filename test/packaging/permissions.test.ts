/** The permissions label: read from the manifests, complete, and compared so that no upgrade adds a power unseen. */
import assert from 'node:assert/strict';
import {globSync, readFileSync} from 'node:fs';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import fc from 'fast-check';
import type {Connector, PackagePermissions, Template} from '../../src/generated/types.ts';
import {createTransport} from '../../src/http/send.ts';
import {methodsOf} from '../../src/packaging/methods.ts';
import {describeWidening, permissionRows, permissionsOf, widened} from '../../src/packaging/permissions.ts';
import {packFixture} from './archives.ts';

const read = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;
const shipped = globSync('connectors/*/connector.json')
  .sort()
  .map((path) => read<Connector>(path));

describe('the permissions label', () => {
  it('of the example says hosts with methods, secrets, writes and events', () => {
    assert.deepEqual(packFixture().manifest.permissions, {
      hosts: ['*.robots.acme.example', 'connection:url', 'files.acme.example', 'login.acme.example'],
      methods: {
        '*.robots.acme.example': ['DELETE', 'GET', 'POST'],
        'connection:url': ['GET', 'PUT'],
        'files.acme.example': ['GET'],
        'login.acme.example': ['POST'],
      },
      actions: ['acme-desk/addNote', 'acme-robots/job.stop', 'acme-robots/startJob'],
      events: ['acme-desk/incident.created'],
      secrets: ['acme-desk/clientSecret', 'acme-desk/signing', 'acme-robots/apiKey'],
    });
  });

  it('names what a template calls and receives elsewhere', () => {
    const template = read<Template>('templates/incident-to-triage/template.json');
    const {actions, events, hosts} = permissionsOf([], [template]);
    assert.deepEqual(actions, ['kubiya/triggerJob', 'servicenow/addWorkNote', 'uipath-orchestrator/startJob']);
    assert.deepEqual(events, ['servicenow/incident.created']);
    assert.deepEqual(hosts, []);
  });

  it('names subscriptions, which write at the sender', () => {
    const {actions} = permissionsOf(shipped);
    assert.ok(
      actions.some((name) => /^[a-z-]+\/[A-Za-z]+\.subscribe$/.test(name)),
      actions.join(' '),
    );
  });

  for (const connector of shipped)
    it(`of ${connector.id} accounts for every operation: its method is listed at a host it can reach`, () => {
      const methods = methodsOf(connector);
      assert.deepEqual([...methods.keys()].sort(), [...connector.permissions.hosts].sort());
      const all = new Set([...methods.values()].flatMap((some) => [...some]));
      const bases = JSON.stringify(connector.connection);
      for (const [name, {request}] of Object.entries(connector.operations)) {
        // A connector that only receives has a base address on loopback, which no permission lets through.
        if (request.path !== undefined && !/"baseUrl":"(https:|\{\{connection)/.test(bases)) continue;
        assert.ok(all.has(request.method), `${name}: ${request.method}`);
      }
    });

  it('lists a method at every host when the text does not say the host', () => {
    const [base] = shipped.filter(({id}) => id === 'hmac-webhook');
    assert.ok(base);
    const connector: Connector = {
      ...base,
      permissions: {hosts: ['a.example', 'b.example']},
      connection: {...base.connection, variants: {}, baseUrl: 'https://a.example', auth: {}},
      feeds: {},
      operations: {
        fetch: {effect: 'read', params: {url: 'string'}, request: {method: 'GET', url: '{{params.url}}'}},
        put: {effect: 'write', request: {method: 'PUT', path: '/x'}},
        moved: {effect: 'write', request: {method: 'DELETE', path: '/y', redirect: 'drop-auth'}},
        sent: {effect: 'write', request: {method: 'PATCH', path: '/z', redirect: 'drop-auth', body: {json: {}}}},
      },
    };
    assert.deepEqual(permissionsOf([connector]).methods, {
      'a.example': ['DELETE', 'GET', 'PATCH', 'PUT'],
      'b.example': ['DELETE', 'GET'],
    });
  });

  it('is one row for each permission, with its methods or its setting', () => {
    const rows = permissionRows(packFixture().manifest.permissions ?? {});
    assert.deepEqual(rows[0], {kind: 'host', name: '*.robots.acme.example', note: 'DELETE, GET, POST'});
    assert.deepEqual(rows[1], {kind: 'host', name: 'connection:url', note: 'GET, PUT; the host of the setting url'});
    assert.equal(rows.length, 11);
  });
});

describe('a widened label', () => {
  const before: PackagePermissions = {
    hosts: ['*.acme.example', 'connection:url'],
    methods: {'*.acme.example': ['GET'], 'connection:url': ['GET', 'POST']},
    secrets: ['a/token'],
    actions: ['a/start'],
    events: ['a/made'],
  };

  const cases: readonly (readonly [string, PackagePermissions, readonly string[]])[] = [
    ['nothing new', before, []],
    ['less', {hosts: ['connection:url']}, []],
    ['a host', {...before, hosts: [...(before.hosts ?? []), 'evil.example']}, ['host evil.example']],
    [
      'a host that a pattern covered',
      {...before, hosts: ['api.acme.example'], methods: {'api.acme.example': ['GET']}},
      [],
    ],
    ['a wider pattern', {hosts: ['*.example.com']}, ['host *.example.com']],
    ['the domain itself, which the pattern leaves out', {hosts: ['acme.example']}, ['host acme.example']],
    ['another port', {hosts: ['api.acme.example:8443']}, ['host api.acme.example:8443']],
    ['a setting', {hosts: ['connection:other']}, ['host connection:other']],
    [
      'a method at a host that was there',
      {...before, methods: {'*.acme.example': ['DELETE', 'GET', 'POST']}},
      ['DELETE, POST to *.acme.example'],
    ],
    ['a secret', {secrets: ['a/token', 'a/key']}, ['secret a/key']],
    ['an action', {actions: ['a/start', 'a/delete']}, ['action a/delete']],
    ['an event', {events: ['a/made', 'b/made']}, ['event b/made']],
  ];

  for (const [what, after, expected] of cases)
    it(`P18 tells ${what}`, () => {
      assert.deepEqual(widened(before, after).map(describeWidening), expected);
    });

  it('P18 tells everything of a package that was not there', () => {
    const {hosts = [], secrets = [], actions = [], events = []} = before;
    assert.equal(widened({}, before).length, hosts.length + secrets.length + actions.length + events.length);
  });

  it('P18 is empty for each label and itself, and never for one with something more', () => {
    const word = fc.stringMatching(/^[a-z]{1,6}\/[a-z]{1,6}$/);
    const label = fc.record({
      hosts: fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}\.example$/)),
      secrets: fc.uniqueArray(word),
      actions: fc.uniqueArray(word),
      events: fc.uniqueArray(word),
    });
    fc.assert(
      fc.property(label, fc.constantFrom('hosts', 'secrets', 'actions', 'events'), (some, key) => {
        assert.deepEqual(widened(some, some), []);
        const more = {...some, [key]: [...some[key], 'zzzzzzzzz.example.zz']};
        assert.deepEqual(
          widened(some, more).map(({name}) => name),
          ['zzzzzzzzz.example.zz'],
        );
      }),
    );
  });
});

describe('hosts of the label at run time', () => {
  let server: Server;
  let url: string;
  const seen: string[] = [];
  before(async () => {
    server = createServer((request, response) => {
      seen.push(`${request.method} ${request.headers.host?.replace(/:\d+$/, '')}`);
      const {port} = server.address() as AddressInfo;
      response.writeHead(302, {location: `http://127.0.0.2:${port}/elsewhere`}).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => new Promise((resolve) => server.close(resolve)));

  it('P18 hold for each hop of a redirect: the second host is not even dialled', async () => {
    const transport = createTransport({
      hosts: [new URL(url).host],
      allowPrivate: ['127.0.0.1', '127.0.0.2'],
    });
    const request = {
      ...{method: 'GET', url: `${url}/start`, headers: {}, body: undefined, timeoutMs: 5000, maxBytes: 1000},
      ...{redirect: 'drop-auth' as const, secretHeaders: []},
    };
    await assert.rejects(transport.send(request), {jobwireCode: 'JW3010'});
    await transport.close();
    assert.deepEqual(seen, ['GET 127.0.0.1']);
  });
});
