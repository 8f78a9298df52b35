/**
 * How long a command takes from Enter to its end, as a multiple of `node -e 0`: the packed program first, then the sources. Runs
 * alternate. CPU time counts, because a shared machine makes wall clocks lie; it is what the kernel charged for the child.
 */
import {execFileSync, spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {packedProgram} from '../scripts/packed.ts';
import {table} from './report.ts';

const {values} = parseArgs({options: {runs: {type: 'string', default: '20'}}});
const runs = Number(values.runs);
const root = join(import.meta.dirname, '..');

/** Milliseconds of CPU of all children that have ended; in ticks, so only the sum of many runs says something. */
function childrenMs(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

interface Subject {
  readonly name: string;
  readonly args: readonly string[];
  readonly wall: number[];
  cpu: number;
}

const subject = (name: string, args: readonly string[]): Subject => ({name, args, wall: [], cpu: 0});

function measure(one: Subject, folder: string): void {
  const [before, began] = [childrenMs(), performance.now()];
  const {status, stderr} = spawnSync(process.execPath, one.args, {
    cwd: folder,
    env: {...process.env, XDG_CACHE_HOME: join(folder, 'cache')},
  });
  if (status !== 0) throw new Error(`${one.name} ended with ${status}: ${stderr}`);
  one.wall.push(performance.now() - began);
  one.cpu += childrenMs() - before;
}

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1] ?? Number.NaN;

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'jobwire-bench-start-'));
  try {
    const program = join(await packedProgram(folder), 'bin', 'jobwire.js');
    const source = join(root, 'bin', 'jobwire.js');
    execFileSync(process.execPath, [program, 'init', 'project', '--template', 'incident-to-triage'], {
      cwd: folder,
      stdio: 'ignore',
    });
    const check = ['check', 'project/templates/incident-to-triage', '-C', 'project'];
    const all = [
      subject('node -e 0', ['-e', '0']),
      subject('jobwire --version', [program, '--version']),
      subject('jobwire explain JW3102', [program, 'explain', 'JW3102']),
      subject('jobwire check of one template', [program, ...check]),
      subject('the same from the sources: --version', [source, '--version']),
      subject('the same from the sources: check', [source, ...check]),
    ];
    for (const one of all) measure({...one, wall: []}, folder);
    for (let run = 0; run < runs; run++) for (const one of all) measure(one, folder);
    const [bare] = all as [Subject, ...Subject[]];
    const rows = all.map(({name, cpu, wall}) => [
      name,
      (cpu / runs).toFixed(0),
      (cpu / bare.cpu).toFixed(2),
      median(wall).toFixed(0),
      (median(wall) / median(bare.wall)).toFixed(2),
    ]);
    console.log(`node ${process.versions.node}, ${runs} runs each, alternating; CPU: mean, wall clock: median\n`);
    console.log(table(['', 'CPU ms', '÷ node', 'wall ms', '÷ node'], rows));
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

await main();
