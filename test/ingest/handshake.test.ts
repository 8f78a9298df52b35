/** Questions an app asks before it sends events; row W41 of the threat catalogue. */
import assert from 'node:assert/strict';
import type {Handshake} from '../../src/generated/types.ts';
import type {Ack} from '../../src/ingest/ack.ts';
import {type Confirm, type Stage, shakeHands} from '../../src/ingest/handshake.ts';
import {delivery, type HookParts, proofOf, type Sent} from './support.ts';

interface Asked extends HookParts {
  readonly stage?: Stage;
  readonly confirm?: Confirm;
}

async function ask(
  row: Handshake,
  sent: Sent,
  {stage = 'unproved', confirm, ...parts}: Asked = {},
): Promise<Ack | undefined> {
  return shakeHands([row], stage, {proof: proofOf(delivery(sent), parts, 0), confirm});
}

const queryEcho: Handshake = {
  when: '{{has request.query.validationToken}}',
  respond: {body: '{{request.query.validationToken}}'},
};
const bodyEcho: Handshake = {
  when: "{{eq (default request.body.type '') 'url_verification'}}",
  verified: true,
  respond: {body: '{{request.body.challenge}}'},
};

describe('a handshake', () => {
  it('W41 echoes a challenge as text that no browser runs', async () => {
    const token = '<script>alert(1)</script>';
    const ack = await ask(queryEcho, {url: `https://a.example/?validationToken=${encodeURIComponent(token)}`});
    assert.deepEqual(ack, {
      status: 200,
      headers: {'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff'},
      body: token,
    });
  });

  it('W41 echoes 1 KiB and not a byte more', async () => {
    const url = (n: number): string => `https://a.example/?validationToken=${'a'.repeat(n)}`;
    assert.equal((await ask(queryEcho, {url: url(1024)}))?.body.length, 1024);
    await assert.rejects(ask(queryEcho, {url: url(1025)}), {jobwireCode: 'JW4007'});
  });

  it('is no handshake without its mark, whatever the body is', async () => {
    for (const body of ['{"type":"event"}', '[]', 'null', '{broken', ''])
      assert.equal(await ask(bodyEcho, {body}, {stage: 'proved'}), undefined);
  });

  it('is not answered before the proof when it asks for one', async () => {
    const sent = {body: '{"type":"url_verification","challenge":"c"}'};
    assert.equal(await ask(bodyEcho, sent), undefined);
    assert.equal((await ask(bodyEcho, sent, {stage: 'proved'}))?.body, 'c');
  });

  it('that matches but cannot be answered is refused', async () => {
    const sent = {body: '{"type":"url_verification"}'};
    await assert.rejects(ask(bodyEcho, sent, {stage: 'proved'}), {jobwireCode: 'JW4007'});
  });

  it('compares with every live secret', async () => {
    const row: Handshake = {
      when: "{{and (eq request.method 'GET') (eq (default request.query.[hub.verify_token] '') secret.verifyToken)}}",
      respond: {body: '{{request.query.[hub.challenge]}}'},
    };
    const url = 'https://a.example/?hub.verify_token=t1&hub.challenge=42';
    const secrets = {verifyToken: ['t2', 't1']};
    assert.equal((await ask(row, {method: 'GET', url}, {secrets}))?.body, '42');
    assert.equal(await ask(row, {method: 'GET', url: url.replace('t1', 't3')}, {secrets}), undefined);
  });

  it('answers in headers, and with JSON where the app wants it', async () => {
    const consent: Handshake = {
      when: "{{and (eq request.method 'OPTIONS') (has request.headers.[webhook-request-origin])}}",
      respond: {headers: {'WebHook-Allowed-Origin': '{{request.headers.[webhook-request-origin]}}', Allow: 'POST'}},
    };
    const options = {method: 'OPTIONS', headers: {'webhook-request-origin': 'events.example'}};
    const ack = await ask(consent, options);
    assert.equal(ack?.headers['WebHook-Allowed-Origin'], 'events.example');
    const challenge: Handshake = {
      when: '{{has request.headers.[x-challenge]}}',
      respond: {contentType: 'application/json', body: {verification: '{{request.headers.[x-challenge]}}'}},
    };
    const json = await ask(challenge, {method: 'GET', headers: {'x-challenge': 'a"b'}});
    assert.equal(json?.body, '{"verification":"a\\"b"}');
    assert.equal(json?.headers['content-type'], 'application/json');
  });

  it('lets no line break into a header', async () => {
    const row: Handshake = {when: true, respond: {headers: {'x-echo': '{{request.query.q}}'}}};
    await assert.rejects(ask(row, {url: 'https://a.example/?q=a%0d%0aset-cookie:x'}), {jobwireCode: 'JW4007'});
  });
});

describe('a handshake that confirms', () => {
  const row: Handshake = {
    when: "{{eq (default request.body.type '') 'confirm'}}",
    confirm: {url: '{{request.body.url}}', hosts: ['*.events.example']},
  };
  const body = (url: string): Sent => ({body: JSON.stringify({type: 'confirm', url})});

  it('asks the allowed address once, after the proof', async () => {
    const asked: string[] = [];
    const confirm: Confirm = async (url) => {
      asked.push(url);
      return 200;
    };
    const sent = body('https://eu.events.example/?Action=Confirm&Token=1');
    assert.equal(await ask(row, sent, {confirm}), undefined);
    assert.equal((await ask(row, sent, {confirm, stage: 'proved'}))?.status, 200);
    assert.deepEqual(asked, ['https://eu.events.example/?Action=Confirm&Token=1']);
  });

  for (const url of [
    'http://eu.events.example/',
    'https://events.example.evil.example/',
    'https://user:pass@eu.events.example/',
    'https://127.0.0.1/',
    'https://eu.events.example:8443/',
    'file:///etc/passwd',
    '',
  ])
    it(`never asks ${JSON.stringify(url)}`, async () => {
      const confirm: Confirm = async () => assert.fail('asked');
      await assert.rejects(ask(row, body(url), {confirm, stage: 'proved'}), {jobwireCode: 'JW4008'});
    });

  it('is refused when the address does not answer as it should, or nothing may be asked', async () => {
    const sent = body('https://eu.events.example/');
    const redirects: Confirm = async () => 302;
    await assert.rejects(ask(row, sent, {confirm: redirects, stage: 'proved'}), {
      jobwireCode: 'JW4008',
      message: /302/,
    });
    await assert.rejects(ask(row, sent, {stage: 'proved'}), {jobwireCode: 'JW4008'});
  });
});
