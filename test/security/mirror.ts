/** A target that gives away whatever it is told: it stands in front of a simulator and repeats credentials wherever an answer has room. */
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {encodings} from './sightings.ts';

/** kind: answers, and repeats beside it; the others fail the request and repeat. hang: never answers. */
export type Mood = 'kind' | 'angry' | 'html' | 'garbled' | 'redirect' | 'reset' | 'hang';

export interface Mirror {
  readonly url: string;
  mood: Mood;
  /** All that arrived: headers and bodies, in plain. */
  readonly heard: string[];
  /** Resolves with the next request. */
  next(): Promise<void>;
  close(): Promise<void>;
}

/** Fields of good answers that come back to people: messages, names, outputs. */
const told = /^(Info|login|UserName|ReleaseName|message|error|title|description|output|result|html_url)$/;

export async function startMirror(target: string): Promise<Mirror> {
  const waiting: (() => void)[] = [];
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    const heard = [...request.rawHeaders, decoded(request.headers.authorization), body.toString('latin1')].join('\n');
    mirror.heard.push(heard);
    for (const wake of waiting.splice(0)) wake();
    const said = allEncodings(request, body);
    if (mirror.mood === 'kind') await repeatBeside(target, {request, body, response, said});
    else refusals[mirror.mood](response, said);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const mirror: Mirror = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mood: 'kind',
    heard: [],
    next: () => new Promise((resolve) => waiting.push(resolve)),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return mirror;
}

const refusals: Readonly<Record<Exclude<Mood, 'kind'>, (response: ServerResponse, said: string) => void>> = {
  angry: (response, said) =>
    response.writeHead(400, {'content-type': 'application/json', 'x-request-id': headerSafe(said)}).end(
      JSON.stringify({
        message: said,
        error: {message: said, detail: said},
        error_description: said,
        detail: said,
        errors: [{message: said}],
      }),
    ),
  html: (response, said) => response.writeHead(200, {'content-type': 'text/html'}).end(`<title>Log in</title>${said}`),
  garbled: (response, said) => response.writeHead(200, {'content-type': 'application/json'}).end(`{"token": ${said}`),
  redirect: (response, said) => {
    // A backslash in a path is a slash: nobody can tell the secret any more, and nobody needs to.
    const where = headerSafe(said).replaceAll('\\', '');
    response.writeHead(302, {location: `/login/${where}?token=${where}`}).end(said);
  },
  reset: (response) => response.socket?.resetAndDestroy(),
  hang: () => undefined,
};

interface Exchange {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly response: ServerResponse;
  readonly said: string;
}

async function repeatBeside(target: string, {request, body, response, said}: Exchange): Promise<void> {
  const {host: _, connection: __, 'content-length': ___, ...headers} = request.headers;
  const {method = 'GET', url = '/'} = request;
  const answer = await fetch(`${target}${url}`, {
    method,
    headers: headers as Record<string, string>,
    ...(body.length > 0 && {body}),
  });
  const type = answer.headers.get('content-type') ?? '';
  const text = await answer.text();
  response
    .writeHead(answer.status, {...(type && {'content-type': type}), 'x-trace-id': headerSafe(said)})
    .end(type.includes('json') ? JSON.stringify(spoil(JSON.parse(text), said)) : text);
}

function spoil(value: unknown, said: string): unknown {
  if (Array.isArray(value)) return value.map((item) => spoil(item, said));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (key === 'OutputArguments' && typeof item === 'string')
        return [key, JSON.stringify({Comment: said, Other: said})];
      if (told.test(key) && (typeof item === 'string' || item === null)) return [key, `${item ?? ''} ${said}`];
      return [key, spoil(item, said)];
    }),
  );
}

/** The Authorization header, what is inside it, and the body, in every encoding. */
function allEncodings({headers: {authorization = ''}}: IncomingMessage, body: Buffer): string {
  const texts = [authorization, authorization.replace(/^\w+ /, ''), decoded(authorization), body.toString('latin1')];
  return texts
    .filter(Boolean)
    .flatMap((text) => Object.values(encodings).map((encode) => encode(text)))
    .join(' ; ');
}

function decoded(authorization = ''): string {
  return /^Basic /i.test(authorization) ? Buffer.from(authorization.slice(6), 'base64').toString('latin1') : '';
}

function headerSafe(text: string): string {
  return text.replace(/[^ -~]/g, ' ').slice(0, 8000);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
