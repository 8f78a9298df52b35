/** What one writes first: verify, answer, and for each event look the release up, start the job and read its state. Nothing is kept. */
import {createHmac, timingSafeEqual} from 'node:crypto';
import {createServer} from 'node:http';

const [target = '', key = ''] = process.argv.slice(2);
const headers = {'content-type': 'application/json', authorization: 'Bearer bench-token'};

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    const wanted = createHmac('sha256', key).update(`${request.headers['x-jobwire-timestamp']}.`).update(body).digest();
    const given = Buffer.from(String(request.headers['x-jobwire-signature']), 'base64');
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return response.writeHead(401).end();
    response.writeHead(202).end();
    return start(JSON.parse(body.toString()).data).catch((error: Error) => console.error(error.message));
  });
}).listen(0, '127.0.0.1', function (this: {address(): unknown}) {
  process.stdout.write(`${(this.address() as {port: number}).port}\n`);
});

async function ask(path: string, body?: unknown): Promise<{value: {Key: string}[]}> {
  const method = body === undefined ? 'GET' : 'POST';
  const answer = await fetch(`${target}${path}`, {
    method,
    headers,
    ...(body !== undefined && {body: JSON.stringify(body)}),
  });
  return (await answer.json()) as {value: {Key: string}[]};
}

async function start(incident: Record<string, string>): Promise<void> {
  if (incident['priority'] !== '1') return;
  const releases = await ask(`/odata/Releases?$filter=${encodeURIComponent("Name eq 'SupportTriage'")}`);
  const InputArguments = JSON.stringify({IncidentId: incident['number'], Summary: incident['short_description']});
  const startInfo = {
    ReleaseKey: releases.value[0]?.Key,
    Strategy: 'ModernJobsCount',
    JobsCount: 1,
    Reference: incident['number'],
    InputArguments,
  };
  const jobs = await ask('/odata/Jobs/UiPath.Server.Configuration.OData.StartJobs', {startInfo});
  await ask(`/odata/Jobs?$filter=${encodeURIComponent(`Key eq ${jobs.value[0]?.Key}`)}`);
}
