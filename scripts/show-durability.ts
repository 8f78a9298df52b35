/**
 * Shows in which order the kernel is asked: a server handles one signed delivery under strace, and the lines between the request and
 * its 2xx are printed. Ends with 1 when the 2xx was written before the write-ahead log was on the disk. Linux only, needs strace.
 */
import {type ChildProcess, spawn} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {incident} from '../bench/load.ts';
import {createProject} from '../src/project.ts';
import {packageRoot} from '../src/values/package-root.ts';

const calls = 'fsync,fdatasync,pwrite64,read,write,writev,sendto,sendmsg';
const dir = mkdtempSync(join(tmpdir(), 'jobwire-durability-'));
const trace = join(dir, 'trace');

function startTraced(project: string): ChildProcess {
  const serve = [join(packageRoot, 'bin/jobwire.js'), 'serve', '--port', '0', '-C', project];
  const args = ['-f', '-y', '-s', '40', '-e', `trace=${calls}`, '-o', trace, process.execPath, ...serve];
  const env = {...process.env, JOBWIRE_LOG_LEVEL: 'silent'};
  return spawn('strace', args, {stdio: ['ignore', 'ignore', 'pipe'], env, detached: true});
}

async function addressOf(child: ChildProcess): Promise<string> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  let failed = '';
  child.once('error', (error) => {
    failed = error.message;
  });
  for (let i = 0; i < 600; i++) {
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
    if (url) return url;
    if (failed !== '' || child.exitCode !== null)
      throw new Error(`strace or the server does not start: ${failed}${said}`);
    await wait(100);
  }
  throw new Error(`the server does not listen: ${said}`);
}

/** Reading requests, writing the log, bringing it to the disk, answering: nothing else says anything about the order. */
const telling = /(read\(.*"POST \/hooks|pwrite64\(.*jobwire\.db-wal|f(data)?sync\(.*jobwire\.db-wal|"HTTP\/1\.1 )/;

async function readTrace(from: number): Promise<string[]> {
  for (let i = 0; ; i++) {
    const lines = readFileSync(trace, 'utf8').slice(from).split('\n');
    const last = lines.findIndex((line) => line.includes('"HTTP/1.1 '));
    if (last >= 0) return lines.slice(0, last + 1).filter((line) => telling.test(line));
    if (i === 50) throw new Error(`no answer is in the trace ${trace}`);
    await wait(100);
  }
}

/** A transaction writes many pages: the first and the last of them are enough to see. */
function shortened(lines: readonly string[]): string[] {
  const isWrite = (line: string | undefined): boolean => line?.includes('pwrite64(') === true;
  const shown: string[] = [];
  let left = 0;
  for (const [i, line] of lines.entries()) {
    if (isWrite(lines[i - 1]) && isWrite(line) && isWrite(lines[i + 1])) left++;
    else shown.push(...(left > 0 ? [`      … ${left} more writes to the log`] : []), line);
    if (!isWrite(line) || !isWrite(lines[i + 1])) left = 0;
  }
  return shown;
}

let child: ChildProcess | undefined;
try {
  const project = join(dir, 'project');
  createProject(project, ['incident-to-triage']);
  child = startTraced(project);
  const url = await addressOf(child);
  const key = readFileSync(join(project, 'connections/secrets/servicenow-signing-key'), 'utf8').trim();
  const before = readFileSync(trace, 'utf8').length;
  const answer = await fetch(`${url}/hooks/servicenow-main/businessRule`, {method: 'POST', ...incident(1, key)});
  const lines = await readTrace(before);
  for (const line of shortened(lines)) console.log(line.replaceAll(dir, '…'));
  const synced = lines.findLastIndex((line) => /sync\(/.test(line) && line.endsWith('= 0'));
  const written = lines.findLastIndex((line) => line.includes('pwrite64('));
  const good = answer.status === 202 && written >= 0 && synced > written && synced < lines.length - 1;
  console.log(
    good
      ? 'the event was on the disk before the 2xx was written'
      : `the order is wrong, or the answer was ${answer.status} and not 202`,
  );
  process.exitCode = good ? 0 : 1;
} finally {
  if (child?.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  await wait(100);
  rmSync(dir, {recursive: true, force: true});
}
