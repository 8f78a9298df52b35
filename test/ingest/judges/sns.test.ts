/** Signatures of AWS SNS over named body fields, under a certificate of our own at the vendor's address. */
import assert from 'node:assert/strict';
import {sign as signBytes} from 'node:crypto';
import {readFileSync} from 'node:fs';
import nock from 'nock';
import MessageValidator from 'sns-validator';
import {createTransport} from '../../../src/http/send.ts';
import {createKeySource, getThrough} from '../../../src/ingest/key-source.ts';
import {VirtualClock} from '../../../src/values/time.ts';
import {type Judge, type Message, made, message, takes} from './judge.ts';
import {rulesOf} from './rules.ts';

const now = Date.parse('2027-03-01T12:00:30Z');
const certificate = readFileSync('test/fixtures/x509/sender.pem', 'utf8');
const privateKey = readFileSync('test/fixtures/x509/sender.key', 'utf8');
const host = 'https://sns.us-east-1.amazonaws.com';
const path = '/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem';

type Fields = Readonly<Record<string, string>>;

const notification: Fields = {
  Type: 'Notification',
  MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
  TopicArn: 'arn:aws:sns:us-east-1:123456789012:MyTopic',
  Subject: 'My First Message',
  Message: '{"id":"a \\"quoted\\" text","note":"Grüße ✓"}\nand a line',
  Timestamp: '2027-03-01T12:00:00.000Z',
  SignatureVersion: '1',
  SigningCertURL: host + path,
  UnsubscribeURL: `${host}/?Action=Unsubscribe&SubscriptionArn=arn:aws:sns:us-east-1:123456789012:MyTopic:c9135db0`,
};
const {Subject: _, ...unsubjected} = notification;
const confirmation: Fields = {
  ...unsubjected,
  Type: 'SubscriptionConfirmation',
  Token: '2336412f37',
  SubscribeURL: `${host}/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:us-east-1:123456789012:MyTopic&Token=2336412f37`,
};
const messages: Readonly<Record<string, Fields>> = {
  'a notification': notification,
  'a notification of version 2': {...notification, SignatureVersion: '2'},
  'a notification without a subject': unsubjected,
  'a subscription confirmation': confirmation,
};

/** The list of the developer guide: byte order of the names, each name and value with a line break. */
const signedFields = ({Type}: Fields): string[] =>
  Type === 'Notification'
    ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
    : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];

function sign(fields: Fields): Fields {
  const text = signedFields(fields)
    .filter((name) => fields[name] !== undefined)
    .map((name) => `${name}\n${fields[name]}\n`)
    .join('');
  const hash = fields['SignatureVersion'] === '1' ? 'sha1' : 'sha256';
  return {...fields, Signature: signBytes(hash, Buffer.from(text), privateKey).toString('base64')};
}

const sent = (fields: Fields): Message =>
  message(JSON.stringify(fields), {
    headers: {
      'content-type': 'text/plain; charset=UTF-8',
      'x-amz-sns-message-type': fields['Type'] ?? '',
      'x-amz-sns-message-id': fields['MessageId'] ?? '',
      'x-amz-sns-topic-arn': fields['TopicArn'] ?? '',
    },
  });

const accepts = (body: string): Promise<boolean> =>
  new Promise((resolve) => new MessageValidator().validate(body, (error) => resolve(error === null)));

describe('the aws-sns connector, judged by sns-validator', () => {
  const transport = createTransport({hosts: ['*.amazonaws.com'], allowPrivate: []});
  let judge: Judge;

  before(() => {
    nock.disableNetConnect();
    nock(host).persist().get(path).reply(200, certificate);
  });
  after(async () => {
    nock.cleanAll();
    nock.enableNetConnect();
    await transport.close();
  });
  beforeEach(() => {
    judge = {
      package: 'sns-validator',
      rules: rulesOf('aws-sns'),
      config: {topics: [notification['TopicArn'] ?? ''], payload: 'auto'},
      now,
      keys: createKeySource(getThrough(transport), new VirtualClock(now)),
      parse: 'json',
      privateKey,
      messages: {},
    };
  });

  for (const [what, fields] of Object.entries(messages)) {
    it(`takes ${what} signed by the documented list, as the package does`, async () => {
      const {body} = sent(sign(fields));
      assert.ok(await accepts(body));
      assert.ok(await takes(judge, sent(sign(fields))));
    });

    for (const name of signedFields(fields).filter((field) => fields[field] !== undefined))
      it(`refuses ${what} with another ${name}, as the package does`, async () => {
        const changed = {...sign(fields), [name]: `${fields[name]}x`};
        assert.equal(await accepts(JSON.stringify(changed)), false);
        assert.equal(await takes(judge, sent(changed)), false);
      });

    it(`makes of ${what} what the package takes`, async () => {
      const ours = made(judge, sent(fields));
      assert.ok(await accepts(ours.body));
      const fresh = JSON.parse(ours.body) as Fields;
      assert.equal(fresh['Signature'], sign(fresh)['Signature']);
      const spoilt = made(judge, sent(fields), true);
      assert.equal(await accepts(spoilt.body), false);
    });
  }

  it('refuses a subject that nobody signed, as the package does', async () => {
    const changed = {...sign(unsubjected), Subject: 'added'};
    assert.equal(await accepts(JSON.stringify(changed)), false);
    assert.equal(await takes(judge, sent(changed)), false);
  });

  for (const [what, url] of [
    ['on a host of somebody else', 'https://sns.us-east-1.evil.example/SimpleNotificationService-0.pem'],
    ['in a bucket of a customer', 'https://bucket.s3.amazonaws.com/SimpleNotificationService-0.pem'],
    ['without TLS', `http://sns.us-east-1.amazonaws.com${path}`],
  ] as const)
    it(`refuses a certificate ${what}, as the package does`, async () => {
      const changed = sign({...notification, SigningCertURL: url});
      assert.equal(await accepts(JSON.stringify(changed)), false);
      assert.equal(await takes(judge, sent(changed)), false);
    });

  it('differs about topics of others: the package takes every topic there is, we those of the connection', async () => {
    const foreign = sign({...notification, TopicArn: 'arn:aws:sns:us-east-1:999999999999:Theirs'});
    assert.ok(await accepts(JSON.stringify(foreign)));
    assert.equal(await takes(judge, sent(foreign)), false);
  });

  it('differs about an API call that ends in .pem: the package asks for it, we do not', async () => {
    const url = `${host}/?Action=GetSomething&Name=x.pem`;
    nock(host).get('/').query({Action: 'GetSomething', Name: 'x.pem'}).reply(200, `<Name>${certificate}</Name>`);
    const changed = sign({...notification, SigningCertURL: url});
    await accepts(JSON.stringify(changed));
    assert.equal(nock.isDone(), true);
    assert.equal(await takes(judge, sent(changed)), false);
  });

  it('differs about the end of a subscription: the package takes the wrong list of fields, we the documented one', async () => {
    const end = sign({...confirmation, Type: 'UnsubscribeConfirmation'});
    assert.equal(await accepts(JSON.stringify(end)), false);
    assert.ok(await takes(judge, sent(end)));
  });
});
