/** The cheapest target that speaks the calls of a start: so that the bench measures what sends, not what answers. Own process. */
import {randomUUID} from 'node:crypto';
import {createServer, type ServerResponse} from 'node:http';

const release = {
  Id: 1,
  Key: '99587436-4ce5-480d-988c-6d7f43787a2c',
  ProcessKey: 'SupportTriage',
  Name: 'SupportTriage',
  EnvironmentName: '',
  IsProcessDeleted: false,
  Arguments: {
    Input: JSON.stringify(
      ['IncidentId', 'DateCreated', 'Owner', 'Severity', 'Summary'].map((name) => ({
        name,
        type:
          name === 'Severity'
            ? 'System.Int32, mscorlib'
            : name === 'DateCreated'
              ? 'System.DateTime, mscorlib'
              : 'System.String, mscorlib',
        required: name === 'IncidentId',
        hasDefault: false,
      })),
    ),
    Output: null,
  },
};
const started = new Set<string>();
let posts = 0;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => answer(request.url ?? '', Buffer.concat(chunks).toString(), response));
});

function answer(url: string, body: string, response: ServerResponse): void {
  if (url.includes('StartJobs')) send(response, 201, {value: [start(body)]});
  else if (url.includes('connect/token'))
    send(response, 200, {access_token: 'bench-token', expires_in: 3600, token_type: 'Bearer'});
  else if (url.includes('/odata/Folders')) send(response, 200, {value: [{Id: 1, FullyQualifiedName: 'Shared'}]});
  else if (url.includes('/odata/Releases')) send(response, 200, {value: [release]});
  else if (url.startsWith('/count')) send(response, 200, {started: started.size, posts});
  else send(response, 200, {value: keysIn(url).map((Key, Id) => ({Id, Key, State: 'Successful'}))});
}

function start(body: string): object {
  posts++;
  const {Reference = randomUUID()} = (JSON.parse(body) as {startInfo: {Reference?: string}}).startInfo;
  started.add(Reference);
  return {Id: posts, Key: randomUUID(), State: 'Pending', Reference};
}

function keysIn(url: string): string[] {
  return [...decodeURIComponent(url).matchAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g)].map(([key]) => key);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {'content-type': 'application/json', 'content-length': Buffer.byteLength(text)}).end(text);
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
});
