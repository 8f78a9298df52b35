/**
 * R01: whole journeys with a canary in every credential, against targets that repeat whatever they are told. Afterwards everything that
 * a person or a disk got to see is searched for them, whole, cut and encoded.
 */
import assert from 'node:assert/strict';
import {createHmac} from 'node:crypto';
import {join} from 'node:path';
import {systemClock} from '../../src/values/time.ts';
import {inProcess} from '../commands/jobs-line.ts';
import {onTheRealWire} from '../http/wire.ts';
import {endAll, type Running, startJobwire} from '../support/process.ts';
import {shipped} from '../support/project.ts';
import type {Mood} from './mirror.ts';
import {type Canary, sightings} from './sightings.ts';
import {incident, openStand, type Stand} from './stand.ts';

const moods = ['angry', 'html', 'garbled', 'redirect', 'reset'] as const satisfies Mood[];
/** An incident that the simulator has. */
const known = '9d385017c611228701d22104cc95c371';
const terminal = /^(succeeded|failed|held|canceled)$/;

interface RunView {
  readonly id: string;
  readonly state: string;
  readonly log: readonly object[];
  readonly jobs?: readonly {readonly ref: {readonly id: string}}[];
}

describe('R01: the credentials of a project', function () {
  this.timeout(60_000);
  onTheRealWire();
  let stand: Stand;
  let server: Running;
  let canaries: readonly Canary[];
  const textOf = (name: string): string => stand.canaries[name]?.text ?? '';
  /** What came out, by where. */
  const seen: [sink: string, content: string | Uint8Array][] = [];
  const states: Record<string, readonly string[]> = {};
  let job = '';

  before(async () => {
    stand = await openStand();
    canaries = Object.values(stand.canaries);
    const env = {JOBWIRE_API_TOKEN: textOf('apiToken'), KUBIYA_API_KEY: textOf('apiKey')};
    server = await startJobwire(['serve', '--port', '0', '-C', stand.project.dir], {
      env: {...env, JOBWIRE_LOG_LEVEL: 'trace'},
    });
    states['kind'] = await deliverAll('kind');
    for (const mood of moods) states[mood] = await deliverAll(mood);
    await deliverWrongly();
    await readApi();
    await sayCommands(env);
    await crash();
    seen.push(['server stdout', server.output().stdout], ['server log', server.output().stderr]);
    for (const [path, content] of stand.files()) seen.push([`file ${path}`, content]);
  });
  after(async () => {
    endAll();
    await stand.close();
  });

  async function call(path: string, init: RequestInit = {}): Promise<{status: number; body: string}> {
    const answer = await fetch(`${server.url}${path}`, init);
    const body = await answer.text();
    seen.push([`${init.method ?? 'GET'} ${path.slice(0, 60)}`, [...answer.headers].flat().concat(body).join('\n')]);
    return {status: answer.status, body};
  }

  const api = (path: string, init: RequestInit = {}) =>
    call(`/api/v1${path}`, {...init, headers: {authorization: `Bearer ${textOf('apiToken')}`, ...init.headers}});

  /** Two incidents and an issue, followed until nothing moves; the states they ended in. */
  async function deliverAll(mood: Mood): Promise<string[]> {
    stand.setMood(mood);
    const key = textOf('signingKey');
    const answers = [
      await call('/hooks/servicenow-main/businessRule', incident(mood === 'kind' ? known : `${mood}-a`, {key})),
      await call('/hooks/servicenow-main/businessRule', incident(`${mood}-b`, {key, category: 'network'})),
      await call('/hooks/github-main/webhooks', issue(mood)),
    ];
    const ended: string[] = [];
    for (const {status, body} of answers) {
      assert.equal(status, 202, body);
      const [event = ''] = (JSON.parse(body) as {events: string[]}).events;
      for (const run of await follow(event)) {
        ended.push(run.state);
        job = run.jobs?.[0]?.ref.id ?? job;
      }
    }
    return ended;
  }

  async function follow(event: string): Promise<RunView[]> {
    for (let tries = 0; tries < 300; tries++) {
      const {items} = JSON.parse((await api(`/runs?event=${event}`)).body) as {items: RunView[]};
      if (items.length > 0 && items.every(({state}) => terminal.test(state)))
        return Promise.all(items.map(async ({id}) => JSON.parse((await api(`/runs/${id}`)).body) as RunView));
      await systemClock.sleep(50);
    }
    throw new Error(`event ${event} does not come to an end`);
  }

  function issue(mood: Mood) {
    const body = shipped<{issue: {labels: {name: string}[]}}>('connectors/github/samples/payloads/issues.opened.json');
    body.issue.labels = [{name: 'automate'}];
    const raw = JSON.stringify(body);
    const signature = createHmac('sha256', textOf('webhookSecret')).update(raw).digest('hex');
    return {
      method: 'POST',
      body: raw,
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'issues',
        'x-github-delivery': mood,
        'x-hub-signature-256': `sha256=${signature}`,
      },
    };
  }

  /** Deliveries that must be refused, with credentials where senders put them by mistake; queries and paths of the API as well. */
  async function deliverWrongly(): Promise<void> {
    stand.setMood('kind');
    const key = textOf('signingKey');
    const path = '/hooks/servicenow-main/businessRule';
    const token = textOf('senderToken');
    const garbled = incident('garbled', {key, body: `{"token": ${key}`});
    const misfit = incident('misfit', {
      key,
      body: JSON.stringify({id: 'misfit', type: 'incident.created', data: {[key]: key}}),
    });
    const forged = incident('forged', {key: 'another'});
    const answers = [
      await call(path, forged),
      await call(path, {
        ...forged,
        headers: {...forged.headers, 'x-jobwire-signature': key, authorization: `Bearer ${key}`},
      }),
      await call(`${path}?token=${encodeURIComponent(key)}`, forged),
      await call(`/hooks/servicenow-main/${encodeURIComponent(key)}`, forged),
      await call(`/hooks/${encodeURIComponent(key)}`, forged),
      await call(path, garbled),
      await call(path, misfit),
      await call(path, {...forged, method: 'PUT'}),
      await call(path, {...forged, headers: {...forged.headers, 'content-encoding': key}}),
      await call(`/hooks/senders/events?access_token=${encodeURIComponent(token)}`, {
        method: 'POST',
        body: `{"a": ${token}`,
      }),
      await call('/hooks/senders/events', {method: 'POST', headers: {authorization: `Bearer ${token}`}, body: token}),
    ];
    assert.deepEqual(
      answers.map(({status}) => status),
      [401, 401, 401, 404, 404, 400, 202, 405, 415, 202, 202],
    );
  }

  /** What the API tells, with the right token, with none and with a wrong one. */
  async function readApi(): Promise<void> {
    const token = encodeURIComponent(textOf('apiToken'));
    const ids = async (path: string, key: string): Promise<string[]> =>
      (JSON.parse((await api(path)).body) as {items: Record<string, string>[]}).items.map((item) => item[key] ?? '');
    for (const id of await ids('/runs?limit=200', 'id')) await api(`/runs/${id}`);
    for (const uid of await ids('/events?limit=200', 'uid'))
      await Promise.all([api(`/events/${uid}`), api(`/events/${uid}/why`)]);
    for (const path of ['/templates', `/runs/${token}`, `/runs?${token}=1`, `/runs?state=${token}`, `/${token}`])
      await api(path);
    await call('/metrics', {headers: {authorization: `Bearer ${textOf('apiToken')}`}});
    await call('/api/v1/runs', {headers: {authorization: `Bearer ${textOf('apiToken').slice(0, -1)}`}});
    await call(`/api/v1/runs?token=${token}`);
  }

  async function sayCommands(env: Readonly<Record<string, string>>): Promise<void> {
    const file = join(stand.project.dir, 'event.json');
    const [{uid} = {uid: ''}] = (JSON.parse((await api('/events?limit=1')).body) as {items: {uid: string}[]}).items;
    const [{id} = {id: ''}] = (JSON.parse((await api('/runs?limit=1')).body) as {items: {id: string}[]}).items;
    const kept = {...process.env};
    Object.assign(process.env, env, {JOBWIRE_STORE: 'sqlite:./.jobwire/commands.db'});
    for (const [mood, lines] of Object.entries(commandLines({uid, id, url: server.url}))) {
      stand.setMood(mood as Mood);
      stand.project.write('event.json', eventFile(mood));
      for (const line of lines) {
        const {stdout, stderr} = await inProcess(
          [...line.split(' '), '-C', stand.project.dir].map((word) => (word === 'FILE' ? file : word)),
        );
        seen.push([`${mood}: jobwire ${line}`, `${stdout}\n${stderr}`]);
      }
    }
    for (const name of [...Object.keys(env), 'JOBWIRE_STORE']) if (kept[name] === undefined) delete process.env[name];
  }

  const commandLines = ({uid, id, url}: {uid: string; id: string; url: string}): Record<Mood, string[]> => ({
    kind: [
      'connections test uipath-prod --verbose',
      'connections test github-main --verbose --json',
      'plan incident-to-triage --event FILE',
      'run incident-to-triage --event FILE --json',
      'jobs list uipath-prod --json',
      `jobs get uipath-prod ${job}`,
      `jobs output uipath-prod ${job} --json`,
      `events show ${uid}`,
      `runs show ${id} --json`,
      `why ${uid}`,
      `emit senders event.received --url ${url} --json`,
      'emit senders event.received --url http://127.0.0.1:1 --json',
    ],
    angry: [
      'connections test uipath-prod',
      'connections test servicenow-main --verbose --json',
      'connections test kubiya-main --verbose',
      'plan incident-to-triage --event FILE --json',
      'run incident-to-triage --event FILE',
    ],
    html: ['connections test servicenow-main --verbose --json', 'jobs list uipath-prod'],
    garbled: ['connections test uipath-prod'],
    redirect: ['connections test uipath-prod --json', 'connections test kubiya-main --verbose'],
    reset: ['jobs list uipath-prod --json'],
    hang: [],
  });

  const eventFile = (mood: string) => ({
    ...shipped<object>('connectors/servicenow/samples/incident.created.json'),
    id: `file-${mood}:created`,
  });

  /** Killed while a start is under way: what it leaves is what it had written by then. */
  async function crash(): Promise<void> {
    stand.setMood('hang');
    const asked = stand.mirrors['uipath-prod']?.next();
    await call('/hooks/servicenow-main/businessRule', incident('crash', {key: textOf('signingKey')}));
    await asked;
    await server.stop('SIGKILL');
  }

  it('travelled', () => {
    const heard = Object.values(stand.mirrors)
      .flatMap((mirror) => mirror.heard)
      .join('\n');
    for (const name of ['password', 'githubToken', 'apiKey'])
      assert.ok(heard.includes(textOf(name)), `${name} was never sent to its target`);
    assert.ok(heard.includes(new URLSearchParams({client_secret: textOf('clientSecret')}).toString()));
  });

  it('could have been seen: every journey was made, and what repeats them was masked', () => {
    assert.deepEqual(states['kind'], ['succeeded', 'succeeded', 'succeeded', 'succeeded', 'succeeded']);
    for (const mood of moods)
      assert.ok(
        states[mood]?.every((state) => /failed|held/.test(state)),
        `${mood}: ${states[mood]}`,
      );
    const all = seen.map(([sink, content]) => [sink, Buffer.from(content).toString('latin1')] as const);
    for (const [sink, text] of [
      ['file .jobwire/jobwire.db-wal', 'INC-angry-a'],
      ['file .jobwire/jobwire.db-wal', '[secret]'],
      ['server log', '[secret]'],
      ['angry: jobwire connections test', '[secret]'],
      ['kind: jobwire jobs get', '[secret]'],
      ['GET /api/v1/runs/', '[secret]'],
    ] as const)
      assert.ok(
        all.some(([name, content]) => name.startsWith(sink) && content.includes(text)),
        `no ${text} in ${sink}`,
      );
  });

  it('R10 and nothing else that a sender wrote stands in a label of the metrics', () => {
    const [, text = ''] = seen.find(([sink]) => sink === 'GET /metrics') ?? [];
    const labels = String(text).match(/^jobwire_\w+\{.*\}/gm) ?? [];
    assert.ok(labels.length > 5);
    assert.deepEqual(
      labels.filter(
        (line) => !/^\w+\{((state|reason|connection|outcome|template)="[A-Za-z0-9-]{0,40}",?)+\}$/.test(line),
      ),
      [],
    );
  });

  for (const [what, sinks] of [
    ['in the log and the output of the server', /^server/],
    ['in files of the project: the database, its journal, its records', /^file/],
    ['in answers to senders', /^(POST|PUT) \/hooks/],
    ['in answers of the API', /^(GET|POST) \/(api|metrics)/],
    ['in what commands print', / jobwire /],
  ] as const)
    it(`are nowhere ${what}`, () => {
      const searched = seen.filter(([sink]) => sinks.test(sink));
      assert.ok(searched.length > 0);
      assert.deepEqual(
        searched.flatMap(([sink, content]) => sightings(content, canaries).map((sighting) => `${sink}: ${sighting}`)),
        [],
      );
    });
});
