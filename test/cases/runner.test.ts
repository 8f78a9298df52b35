import assert from 'node:assert/strict';
import {connection, type Desk, openDesk, robots, secrets, started} from './desk.ts';

const start = {
  of: {action: 'startJob'},
  connection,
  input: {robot: 'R2', text: 'hello'},
  exchanges: [robots, started],
  expect: {outcome: 'succeeded', output: {jobs: [{id: 'j1'}]}, jobs: [{id: 'j1'}], writes: 1, warnings: []},
};

const of = {template: 'ticket-to-job'};
const event = {id: 'T1', type: 'ticket.created', data: {number: 'T1', urgent: true}};
const connections = {'desk-main': connection};
const ticketStarted = {
  ...started,
  request: {...started.request, body: {robot: 'r2', text: 'Ticket T1', reference: {$any: true}}},
};
const state = (word: string) => ({
  request: {method: 'GET', path: '/jobs/j1'},
  response: {status: 200, body: {state: word}},
});
const noted = (note: string, status = 204) => ({
  request: {method: 'POST', path: '/tickets/T1/notes', body: {note}},
  response: {status},
});
const whole = {
  of,
  event,
  connections,
  exchanges: [robots, ticketStarted, state('busy'), state('busy'), state('done'), noted('It succeeded.')],
  expect: {targets: {robot: {outcome: 'succeeded', jobs: [{id: 'j1', state: 'succeeded'}], writes: 2}}},
};

const delivery = {
  of: {feed: 'webhook'},
  connection,
  request: {headers: {'content-type': 'application/json'}, body: {number: 'T1', urgent: true}, sign: {}},
  expect: {
    ack: {status: 200, contentType: 'text/plain', body: 'thanks'},
    events: [{id: 'T1', type: 'ticket.created', data: {number: 'T1'}}],
  },
};

const refused = {
  request: {method: 'POST', path: '/jobs'},
  response: {status: 422, body: {reason: 'test-key-of-the-desk is not welcome'}},
};

interface Row {
  readonly title: string;
  readonly of: object;
  readonly code?: string;
  readonly pointer?: string;
  readonly says?: RegExp;
}

const good: readonly {readonly title: string; readonly of: object}[] = [
  {title: 'an action, without waiting for its job', of: start},
  {
    title: 'an action whose write is unclear',
    of: {
      ...start,
      exchanges: [robots, {...started, response: undefined, fault: 'timeout'}],
      expect: {outcome: 'unknown', error: {code: 'JW5007'}, writes: 1},
    },
  },
  {
    title: 'the delivery mode',
    of: {
      ...start,
      delivery: 'at-least-once',
      exchanges: [robots, {...started, response: undefined, fault: 'reset'}, robots, started],
      expect: {outcome: 'succeeded', writes: 2},
    },
  },
  {
    title: 'a refusal',
    of: {
      ...start,
      exchanges: [robots, refused],
      expect: {outcome: 'failed', error: {code: 'JW3004', owner: 'target', message: '422'}},
    },
  },
  {
    title: 'an author code by its Jobwire code',
    of: {...start, input: {robot: 'C3'}, exchanges: [robots], expect: {error: {code: 'JW3101', choices: ['R2']}}},
  },
  {
    title: 'an operation',
    of: {of: {operation: 'listRobots'}, connection, exchanges: [robots], expect: {output: [{name: 'R2'}], writes: 0}},
  },
  {
    title: 'a lookup',
    of: {of: {lookup: 'robot'}, connection, params: {name: 'R2'}, exchanges: [robots], expect: {output: 'r2'}},
  },
  {
    title: 'a verb',
    of: {
      of: {job: 'job', verb: 'status'},
      connection,
      job: {id: 'j1'},
      exchanges: [state('DONE')],
      expect: {jobs: [{state: 'succeeded', raw: 'DONE'}]},
    },
  },
  {title: 'a template from its event to its follow-up', of: whole},
  {
    title: 'a template with the sample of a connector',
    of: {...whole, event: '../../../connectors/desk/samples/ticket.created.json'},
  },
  {
    title: 'a template that does not match',
    of: {
      of,
      event: {id: 'T2', data: {number: 'T2'}},
      connections,
      expect: {outcome: 'skipped', because: 'criteria[0]', writes: 0},
    },
  },
  {
    title: 'a failed job',
    of: {
      ...whole,
      exchanges: [robots, ticketStarted, state('broken'), noted('It failed.')],
      expect: {targets: {robot: {outcome: 'failed', error: {code: 'job-failed'}}}},
    },
  },
  {
    title: 'a follow-up that fails as expected',
    of: {
      ...whole,
      exchanges: [...whole.exchanges.slice(0, 5), noted('It succeeded.', 422)],
      expect: {targets: {robot: {outcome: 'succeeded', warnings: ['JW5008']}}},
    },
  },
  {title: 'a delivery', of: delivery},
  {
    title: 'a delivery whose signature is spoilt',
    of: {
      ...delivery,
      request: {...delivery.request, sign: {tamper: true}},
      expect: {ack: {status: 401}, events: [], error: {code: 'JW4001'}},
    },
  },
];

const bad: readonly Row[] = [
  {
    title: 'an unexpected request, with the place of the exchange',
    of: {...start, exchanges: [robots, {...started, request: {...started.request, body: {robot: 'r3'}}}]},
    code: 'JW7010',
    pointer: '/exchanges/1/request',
    says: /^POST https:\/\/desk\.example\.com\/jobs came where exchange 1 expects POST \/jobs:\n {2}body\.robot: expected "r3", got "r2"\n {2}body\.text: not expected/,
  },
  {
    title: 'a request after the last exchange',
    of: {...start, exchanges: [robots]},
    code: 'JW7010',
    says: /came after the last of 1 exchanges/,
  },
  {
    title: 'an exchange that was not used',
    of: {...start, exchanges: [robots, started, state('done')]},
    code: 'JW7011',
    pointer: '/exchanges/2/request',
    says: /exchange 2 was not used: GET \/jobs\/j1/,
  },
  {
    title: 'another outcome, with its reason',
    of: {...start, exchanges: [robots, refused]},
    code: 'JW7012',
    pointer: '/expect',
    says: /outcome: expected succeeded, got failed: JW3004 .*422/,
  },
  {
    title: 'another output',
    of: {...start, expect: {output: {jobs: [{id: 'j2'}]}}},
    code: 'JW7012',
    says: /output\.jobs\[0\]\.id: expected "j2", got "j1"/,
  },
  {title: 'other jobs', of: {...start, expect: {jobs: []}}, code: 'JW7012', says: /jobs: expected 0 items, got 1 item/},
  {title: 'a number of writes', of: {...start, expect: {writes: 0}}, code: 'JW7012', says: /writes: expected 0, got 1/},
  {
    title: 'an error that did not come',
    of: {...start, expect: {error: {code: 'JW3004'}}},
    code: 'JW7012',
    says: /error: expected JW3004, got no error/,
  },
  {
    title: 'another error',
    of: {...start, input: {robot: 'C3'}, exchanges: [robots], expect: {error: {code: 'JW3102'}}},
    code: 'JW7012',
    says: /error\.code: expected JW3102, got desk-no-robot \(JW3101\) There is no robot C3/,
  },
  {
    title: 'another owner',
    of: {
      ...start,
      input: {robot: 'C3'},
      exchanges: [robots],
      expect: {error: {code: 'desk-no-robot', owner: 'author'}},
    },
    code: 'JW7012',
    says: /error\.owner: expected "author", got "operator"/,
  },
  {
    title: 'another message',
    of: {...start, input: {robot: 'C3'}, exchanges: [robots], expect: {error: {code: 'desk-no-robot', message: 'D9'}}},
    code: 'JW7012',
    says: /error\.message: expected text with "D9"/,
  },
  {
    title: 'other choices',
    of: {
      ...start,
      input: {robot: 'C3'},
      exchanges: [robots],
      expect: {error: {code: 'desk-no-robot', choices: ['R2', 'R3']}},
    },
    code: 'JW7012',
    says: /error\.choices: expected 2 items, got 1 item/,
  },
  {
    title: 'a warning that did not come',
    of: {...start, expect: {warnings: ['JW3103']}},
    code: 'JW7012',
    says: /warnings: expected 1 item, got 0 items/,
  },
  {
    title: 'another reason for skipping',
    of: {of, event: {id: 'T2', data: {number: 'T2'}}, connections, expect: {because: 'when'}},
    code: 'JW7012',
    says: /because: expected "when", got "criteria\[0\]"/,
  },
  {
    title: 'a target the template does not have',
    of: {...whole, expect: {targets: {agent: {outcome: 'succeeded'}}}},
    code: 'JW7012',
    says: /targets\.agent: the template has no such target/,
  },
  {
    title: 'a job that ends another way',
    of: {...whole, expect: {targets: {robot: {outcome: 'failed'}}}},
    code: 'JW7012',
    says: /targets\.robot\.outcome: expected failed, got succeeded/,
  },
  {
    title: 'a follow-up that fails unexpectedly',
    of: {...whole, exchanges: [...whole.exchanges.slice(0, 5), noted('It succeeded.', 422)]},
    code: 'JW7012',
    says: /targets\.robot\.onComplete: the follow-up failed: JW3004/,
  },
  {
    title: 'a job that never ends',
    of: {...whole, exchanges: [robots, ticketStarted, state('busy')]},
    code: 'JW7010',
    says: /came after the last of 3 exchanges/,
  },
  {
    title: 'events that did not come',
    of: {...delivery, request: {...delivery.request, sign: {tamper: true}}},
    code: 'JW7012',
    says: /events: expected 1 item, got 0 items[\s\S]*ack\.status: expected 200, got 401/,
  },
  {
    title: 'an event that came',
    of: {...delivery, expect: {events: []}},
    code: 'JW7012',
    says: /events: expected 0 items, got 1 item/,
  },
  {
    title: 'another answer to the sender',
    of: {...delivery, expect: {ack: {body: 'bye'}}},
    code: 'JW7012',
    says: /ack\.body: expected "bye", got "thanks"/,
  },
  {
    title: 'an event file outside',
    of: {...whole, event: '../../../outside.json'},
    code: 'JW1006',
    says: /outside\.json/,
  },
  {
    title: 'an action that is not there',
    of: {...start, of: {action: 'stopJob'}},
    code: 'JW7012',
    says: /outcome: expected succeeded, got failed: JW1004 .*stopJob/,
  },
  {
    title: 'a verb that is not there',
    of: {of: {job: 'job', verb: 'stop'}, connection, job: {id: 'j1'}, expect: {}},
    code: 'JW3202',
    says: /stop/,
  },
  {title: 'a feed that is not there', of: {...delivery, of: {feed: 'mail'}}, code: 'JW1004', says: /mail/},
  {
    title: 'a connection without its secret',
    of: {...start, connection: {config: {}}},
    code: 'JW7011',
    says: /exchange 0 was not used/,
  },
  {
    title: 'a template without one of its connections',
    of: {...whole, connections: {}},
    code: 'JW7011',
    says: /exchange 0 was not used/,
  },
];

describe('the case runner', () => {
  let desk: Desk;
  before(() => {
    desk = openDesk();
  });
  after(() => desk.remove());

  it('has a sound desk to work on', () => {
    assert.deepEqual(
      desk.library.issues.filter(({severity}) => severity === 'error'),
      [],
    );
  });

  for (const {title, of: manifest} of good)
    it(`passes ${title}`, async () => {
      const result = await desk.run(manifest);
      assert.deepEqual(result.problems, []);
      assert.equal(result.ok, true);
    });

  for (const {title, of: manifest, code, pointer, says} of bad)
    it(`reports ${title}`, async () => {
      const {ok, problems} = await desk.run(manifest);
      const problem = problems.find(({jobwireCode}) => jobwireCode === code);
      assert.equal(ok, false);
      assert.ok(problem, `no ${code} in ${JSON.stringify(problems)}`);
      if (says) assert.match(problem.detail, says);
      if (pointer !== undefined) assert.equal(problem.at?.pointer, pointer);
      assert.ok(problem.at?.file.endsWith('case.json'));
    });

  it('tells an unexpected request alone, because all else follows from it', async () => {
    const {problems} = await desk.run({
      ...start,
      exchanges: [{...robots, request: {method: 'GET', path: '/'}}, started],
    });
    assert.deepEqual(
      problems.map(({code}) => code),
      ['JW7010'],
    );
  });

  it('prints no secret, wherever it stood', async () => {
    const runs = await Promise.all([
      desk.run({...start, input: {robot: 'R2', text: secrets.key}}),
      desk.run({...start, exchanges: [{...robots, request: {...robots.request, headers: {authorization: 'none'}}}]}),
      desk.run({
        ...start,
        exchanges: [robots, refused],
        expect: {error: {code: 'JW3004', message: 'nothing like this'}},
      }),
      desk.run({...start, exchanges: [robots, {...started, response: {status: 201, body: {id: secrets.key}}}]}),
    ]);
    for (const {ok, problems} of runs) {
      assert.equal(ok, false);
      assert.doesNotMatch(JSON.stringify(problems), /test-key-of-the-desk/);
      assert.match(JSON.stringify(problems), /\[secret\]/);
    }
  });

  it('plays at the time of the case', async () => {
    const at = (now: string) =>
      desk.run({...delivery, now, request: {...delivery.request, sign: {at: now}}, expect: {events: [{id: 'T1'}]}});
    assert.equal((await at('2030-05-06T07:08:09Z')).ok, true);
  });

  it('takes exchanges from a cassette of its unit, and from no other place', async () => {
    const {exchanges: _, ...rest} = start;
    const {problems} = await desk.run({...rest, cassette: '../../../outside.json'});
    assert.deepEqual(
      problems.map(({code}) => code),
      ['JW1006'],
    );
  });

  it('refuses a file that is no case, with its place', () => {
    const unit = desk.read({of: {action: 'startJob'}, expect: {outcome: 'maybe'}});
    assert.ok('issues' in unit);
    assert.deepEqual(
      unit.issues.map(({code, at}) => [code, at?.pointer]),
      [['JW1002', '/expect/outcome']],
    );
  });

  it('refuses a case of a template that lies elsewhere', () => {
    const unit = desk.read({of: {template: 'another'}, expect: {}});
    assert.ok('issues' in unit);
    assert.match(unit.issues[0]?.detail ?? '', /beside the template ticket-to-job, not another/);
  });
});
