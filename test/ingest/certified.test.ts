/** Proof by a certificate that the delivery names: x509, with the certificate behind a real TLS wire. */
import assert from 'node:assert/strict';
import {sign} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {openEngine} from '../../src/engines/index.ts';
import type {VerifyRule} from '../../src/generated/types.ts';
import {createKeySource, getThrough, type KeySource} from '../../src/ingest/key-source.ts';
import {type Ack, receive} from '../../src/ingest/receive.ts';
import {signDelivery} from '../../src/ingest/signatures/sign.ts';
import {Redactor} from '../../src/values/secret.ts';
import {VirtualClock} from '../../src/values/time.ts';
import {onTheRealWire, serve, transport} from '../http/wire.ts';
import {delivery, hookOf, libraryOf} from './support.ts';

const file = (path: string): string => readFileSync(`test/fixtures/${path}`, 'utf8');
const tls = {key: file('tls/valid.key'), cert: file('tls/valid.pem')};
const now = Date.parse('2027-03-01T12:00:00Z');

/** Fields as a sender joins them; one of them may be missing, one is only there for some types. */
const base =
  "Message\n{{request.body.Message}}\n{{optional (concat 'Subject\n' request.body.Subject '\n')}}Timestamp\n{{request.body.Timestamp}}\n{{if (eq request.body.Type 'Confirmation') (concat 'Token\n' request.body.Token '\n') ''}}Type\n{{request.body.Type}}\n";

const textOf = ({Message, Subject, Timestamp, Token, Type}: Message): string =>
  [
    `Message\n${Message}\n`,
    Subject === undefined ? '' : `Subject\n${Subject}\n`,
    `Timestamp\n${Timestamp}\n`,
    Type === 'Confirmation' ? `Token\n${Token}\n` : '',
    `Type\n${Type}\n`,
  ].join('');

interface Message {
  readonly id: string;
  readonly Message: string;
  readonly Subject?: string;
  readonly Timestamp: string;
  readonly Token?: string;
  readonly Type: string;
  readonly Version: string;
  readonly CertURL?: unknown;
  readonly Signature?: unknown;
}

const message: Message = {
  id: '1',
  Message: 'a "quoted" text\nof two lines ✓',
  Subject: 'hello',
  Timestamp: '2027-03-01T12:00:00.000Z',
  Type: 'Notification',
  Version: '2',
};

describe('deliveries signed under a certificate', () => {
  onTheRealWire();

  let keys: KeySource;
  let pages: Record<string, string>;
  let fetched: string[];
  let origin: string;
  let rule: VerifyRule;

  beforeEach(async () => {
    fetched = [];
    pages = {'/sender.pem': file('x509/sender.pem')};
    const port = await serve((request, response) => {
      fetched.push(request.url ?? '');
      const page = pages[request.url ?? ''];
      if (page === undefined) response.writeHead(404);
      response.end(page);
    }, tls);
    origin = `https://localhost:${port}`;
    keys = createKeySource(getThrough(transport({ca: file('tls/ca.pem')})), new VirtualClock(now));
    rule = {
      scheme: 'x509',
      encoding: 'base64',
      signature: {body: '{{request.body.Signature}}'},
      base,
      timestamp: {from: '{{request.body.Timestamp}}', format: 'iso', tolerance: '1h'},
      x509: {
        certificate: '{{request.body.CertURL}}',
        hosts: [`localhost:${port}`],
        algorithm: "{{if (eq request.body.Version '1') 'sha1' 'sha256'}}",
      },
    };
  });

  const signed = (given: Message, key = 'sender'): Message => ({
    CertURL: `${origin}/${key}.pem`,
    ...given,
    Signature: sign(
      given.Version === '1' ? 'sha1' : 'sha256',
      Buffer.from(textOf(given)),
      file(`x509/${key}.key`),
    ).toString('base64'),
  });

  async function take(body: object, rules: VerifyRule[] = [rule], at = now): Promise<Ack> {
    const clock = new VirtualClock(at);
    const engine = await openEngine('sqlite::memory:', {clock, dir: '.'});
    const hook = {...hookOf({feed: {webhook: {verify: rules}}}), keys};
    const sent = delivery({headers: {'content-type': 'text/plain; charset=UTF-8'}, body: JSON.stringify(body)});
    try {
      return await receive(sent, hook, {engine, library: libraryOf({}), clock, redactor: new Redactor()});
    } finally {
      await engine.close();
    }
  }

  const refused = async (body: object, status: number, detail: RegExp, at = now): Promise<void> => {
    const ack = await take(body, [rule], at);
    assert.equal(ack.status, status, ack.body);
    assert.match(ack.error?.detail ?? '', detail);
    assert.equal(ack.accepted, undefined);
  };

  it('are taken in both versions, with and without the field that may be missing', async () => {
    const {Subject: _, ...plain} = message;
    for (const one of [message, {...message, Version: '1'}, plain, {...message, Type: 'Confirmation', Token: 't'}])
      assert.equal((await take(signed(one))).status, 202);
    assert.deepEqual(fetched, ['/sender.pem']);
  });

  for (const [what, change] of [
    ['another text', {Message: 'a "quoted" text\nof two lines'}],
    ['another subject', {Subject: 'bye'}],
    ['no subject', {Subject: undefined}],
    ['another type', {Type: 'Confirmation', Token: 't'}],
    ['another version', {Version: '1'}],
  ] as const)
    it(`are refused with ${what} in place of what was signed`, () =>
      refused({...signed(message), ...change}, 401, /the key of the certificate does not give the signature/));

  it('are refused with a subject that was not signed', () => {
    const {Subject: _, ...plain} = message;
    return refused({...signed(plain), Subject: 'added'}, 401, /does not give the signature/);
  });

  it('are refused without a signature, and nothing is fetched', async () => {
    await refused({...signed(message), Signature: ''}, 401, /carries no proof/);
    await refused({...signed(message), Signature: undefined}, 401, /carries no proof/);
    assert.deepEqual(fetched, []);
  });

  it('are refused when the signature is no base64', () =>
    refused({...signed(message), Signature: '*'}, 401, /does not give/));

  it('are refused when they name no certificate, or something else', async () => {
    await refused({...signed(message), CertURL: undefined}, 401, /the proof cannot be read/);
    await refused({...signed(message), CertURL: 'sender.pem'}, 401, /the proof cannot be read/);
    await refused({...signed(message), CertURL: {a: 1}}, 401, /the proof cannot be read/);
  });

  for (const [what, url] of [
    ['on another host', 'https://evil.example/sender.pem'],
    ['on a host that begins alike', 'https://localhost.evil.example/sender.pem'],
    ['behind the name of the host', 'https://localhost@evil.example/sender.pem'],
    ['without TLS', 'http://localhost/sender.pem'],
    ['on another port', 'https://localhost:8443/sender.pem'],
  ] as const)
    it(`are refused when the certificate is ${what}`, async () => {
      await refused(
        {...signed(message), CertURL: url},
        401,
        /host of the sender|not that of a file over https|not an http or https address/,
      );
      assert.deepEqual(fetched, []);
    });

  it('are refused when the address of the certificate asks something', async () => {
    pages['/?Action=Get&Name=x.pem'] = file('x509/sender.pem');
    for (const end of ['/?Action=Get&Name=x.pem', '/sender.pem#x'])
      await refused({...signed(message), CertURL: origin + end}, 401, /not that of a file/);
    assert.deepEqual(fetched, []);
  });

  it('are refused when the certificate stands inside a page', () => {
    pages['/page.pem'] = `<Name>\n${file('x509/sender.pem')}</Name>`;
    return refused({...signed(message), CertURL: `${origin}/page.pem`}, 503, /something else than one certificate/);
  });

  it('are asked for again later when the certificate cannot be had', async () => {
    const ack = await take({...signed(message), CertURL: `${origin}/gone.pem`});
    assert.equal(ack.status, 503);
    assert.equal(ack.headers['retry-after'], '10');
    assert.equal(ack.error?.jobwireCode, 'JW4014');
  });

  it('are refused under a weak key, under one of another kind, and outside the life of the certificate', async () => {
    pages['/weak.pem'] = file('x509/weak.pem');
    await refused(signed(message, 'weak'), 401, /too weak/);
    pages['/old.pem'] = file('tls/expired.pem');
    await refused({...signed(message), CertURL: `${origin}/old.pem`}, 401, /does not hold now/);
    await refused(signed(message), 401, /does not hold now/, Date.parse('2020-01-01T00:00:00Z'));
    pages['/ec.pem'] = file('tls/valid.pem');
    await refused({...signed(message), CertURL: `${origin}/ec.pem`}, 401, /does not give the signature/);
  });

  it('are refused outside the time window, where the rule has one', () =>
    refused(signed(message), 401, /3601 s away/, now + 3_601_000));

  it('are refused when the rule lets the delivery name another hash', async () => {
    const loose = {...rule, x509: {...rule.x509, algorithm: '{{request.body.Version}}'} as typeof rule.x509 & {}};
    const ack = await take({...signed(message), Version: 'md5'}, [loose]);
    assert.equal(ack.status, 401);
    assert.match(ack.error?.detail ?? '', /names a hash that is not taken/);
  });

  it('decide alone', async () => {
    const ack = await take({...signed(message), Message: 'x'}, [rule, {scheme: 'none'}]);
    assert.equal(ack.status, 401);
    assert.equal((await take({id: '1'}, [rule, {scheme: 'none'}])).status, 202);
  });

  it('are made for samples, with time and signature inside the body', async () => {
    const raw = Buffer.from(JSON.stringify({...message, Timestamp: 'old', CertURL: `${origin}/sender.pem`}));
    const unsigned = {method: 'POST', url: 'https://a.example/', headers: {'content-type': 'text/plain'}, raw};
    const options = {
      secrets: {privateKey: () => [file('x509/sender.key')]},
      config: {},
      at: now,
      parse: 'json',
    } as const;
    const body = JSON.parse(Buffer.from(signDelivery(rule, unsigned, options).raw).toString());
    assert.equal(body.Timestamp, '2027-03-01T12:00:00Z');
    assert.equal((await take(body)).status, 202);
    const spoilt = JSON.parse(Buffer.from(signDelivery(rule, unsigned, {...options, tamper: true}).raw).toString());
    assert.equal((await take(spoilt)).status, 401);
    assert.throws(() => signDelivery(rule, unsigned, {...options, secrets: {}}), {jobwireCode: 'JW7101'});
  });
});
