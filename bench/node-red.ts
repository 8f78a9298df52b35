/** Node-RED with the same flow, installed when it is measured: http in, verify and map, http request, http response. No durability. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {installed} from './installed.ts';
import {type Started, start, stop} from './processes.ts';

const version = '5.0.7';

export interface NodeRed {
  readonly url: string;
  readonly process: Started;
  close(): Promise<void>;
}

export async function openNodeRed(target: string, key: string): Promise<NodeRed> {
  const program = join(installed('node-red', version), 'red.js');
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'jobwire-bench-node-red-'));
  writeFileSync(join(folder, 'settings.cjs'), settings(port));
  writeFileSync(join(folder, 'flows.json'), JSON.stringify(flow(target, key)));
  const args = [program, '--userDir', folder, '--settings', join(folder, 'settings.cjs'), join(folder, 'flows.json')];
  const process = await start(args, {}, /Started flows/);
  return {
    url: `http://127.0.0.1:${port}/hook`,
    process,
    async close() {
      await stop(process);
      rmSync(folder, {recursive: true, force: true});
    },
  };
}

function settings(port: number): string {
  return `module.exports = {uiPort: ${port}, uiHost: '127.0.0.1', httpAdminRoot: false, telemetry: {enabled: false},
  functionGlobalContext: {crypto: require('node:crypto')}, logging: {console: {level: 'info'}}};\n`;
}

/** Signatures cover bytes, and the node gives the parsed body: written again it is the same text, because a program wrote it. */
function verifyAndMap(target: string, key: string): string {
  return `const crypto = global.get('crypto');
const stamp = msg.req.headers['x-jobwire-timestamp'];
const wanted = crypto.createHmac('sha256', ${JSON.stringify(key)}).update(stamp + '.' + JSON.stringify(msg.payload)).digest();
const given = Buffer.from(String(msg.req.headers['x-jobwire-signature']), 'base64');
if (given.length !== wanted.length || !crypto.timingSafeEqual(given, wanted)) { msg.statusCode = 401; return [null, msg]; }
const {data} = msg.payload;
msg.statusCode = 202;
if (data.priority !== '1') return [null, msg];
msg.url = ${JSON.stringify(`${target}/odata/Jobs/UiPath.Server.Configuration.OData.StartJobs`)};
msg.headers = {'content-type': 'application/json', authorization: 'Bearer bench-token'};
msg.payload = {startInfo: {ReleaseKey: '99587436-4ce5-480d-988c-6d7f43787a2c', Strategy: 'ModernJobsCount', JobsCount: 1,
  Reference: data.number, InputArguments: JSON.stringify({IncidentId: data.number,
    DateCreated: data.sys_created_on.replace(' ', 'T') + 'Z', Owner: 'unassigned', Severity: Number(data.priority),
    Summary: '[' + data.number + '] ' + data.short_description})}};
return [msg, null];`;
}

function flow(target: string, key: string): object[] {
  const base = {z: 'tab', x: 0, y: 0, name: ''};
  const answer = "msg.statusCode = msg.statusCode === 201 ? 202 : 502; msg.headers = {}; msg.payload = ''; return msg;";
  return [
    {id: 'tab', type: 'tab', label: 'bench'},
    {...base, id: 'in', type: 'http in', url: '/hook', method: 'post', upload: false, wires: [['map']]},
    {...base, id: 'map', type: 'function', func: verifyAndMap(target, key), outputs: 2, wires: [['ask'], ['out']]},
    {...base, id: 'ask', type: 'http request', method: 'POST', ret: 'obj', persist: true, url: '', wires: [['end']]},
    {...base, id: 'end', type: 'function', func: answer, outputs: 1, wires: [['out']]},
    {...base, id: 'out', type: 'http response', statusCode: '', headers: {}, wires: []},
  ];
}

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const {port} = server.address() as {port: number};
      server.close(() => resolve(port));
    });
  });
}
