/**
 * Renders per second of one mapping with 20 fields: Jobwire beside a function written by hand, Handlebars, JSONata, Mustache and
 * Liquid, in one process. Every subject makes the JSON text of the same body from the same event, whatever stands in it; what
 * can be prepared is prepared beforehand. Rounds alternate, CPU time is counted, medians are printed.
 */
import assert from 'node:assert/strict';
import {parseArgs} from 'node:util';
import {type Rendered, subjects} from './render-subjects.ts';
import {table} from './report.ts';

const {values} = parseArgs({
  options: {rounds: {type: 'string', default: '15'}, ms: {type: 'string', default: '100'}},
});
const [rounds, length] = [Number(values.rounds), Number(values.ms)];

/** Incidents that differ: an answer that is kept would otherwise be measured instead of the work. */
const events = Array.from({length: 64}, (_, i) => ({
  event: {
    id: `e-${i}`,
    time: '2026-01-12T08:15:30Z',
    data: {
      number: `INC00${10_000 + i}`,
      sys_id: `9d385017c611228701d22104cc95c3${i}`,
      priority: String((i % 4) + 1),
      state: i % 2 ? 'new' : 'open',
      short_description: `Printer "${i}" on floor ${i % 7} is \\ broken`,
      description: `It does not print.\nTried twice, ${i} pages are waiting. `.repeat(3),
      category: 'hardware',
      location: {name: 'Bucharest', floor: i % 7},
      caller: {name: `Ana ${i}`, email: `ana.${i}@example.com`, phone: null},
      ...(i % 3 ? {assigned_to: {name: `Ion ${i}`}} : {}),
      tags: ['printer', 'floor'],
      cost: i * 1.5,
      vip: i % 5 === 0,
      sys_created_on: '2026-01-12 08:15:30',
    },
  },
}));
export type Incident = (typeof events)[number];

/** Renders per second of CPU for about this many milliseconds. */
async function measure({render}: Rendered): Promise<number> {
  const began = process.cpuUsage();
  let [count, spent] = [0, 0];
  while (spent < length * 1000) {
    for (let i = 0; i < 256; i++) {
      const text = render(events[i % events.length] as Incident);
      if (typeof text !== 'string') await text;
    }
    count += 256;
    const {user, system} = process.cpuUsage(began);
    spent = user + system;
  }
  return (count / spent) * 1e6;
}

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1] ?? Number.NaN;

async function main(): Promise<void> {
  const all = await subjects();
  const [first] = all as [Rendered, ...Rendered[]];
  for (const event of events)
    for (const {name, render} of all)
      assert.deepEqual(JSON.parse(await render(event)), JSON.parse(await first.render(event)), name);
  const results = new Map<string, number[]>(all.map(({name}) => [name, []]));
  for (const subject of all) for (let i = 0; i < 3; i++) await measure(subject);
  for (let round = 0; round < rounds; round++)
    for (const subject of all) results.get(subject.name)?.push(await measure(subject));
  const ours = results.get('Jobwire') ?? [];
  const rows = all.map(({name}) => {
    const list = results.get(name) ?? [];
    const ratio = median(list.map((perSecond, round) => (ours[round] ?? Number.NaN) / perSecond));
    return [name, median(list).toFixed(0), (1e6 / median(list)).toFixed(1), ratio.toFixed(2)];
  });
  console.log(`node ${process.versions.node}, ${rounds} rounds of ${length} ms CPU each, medians\n`);
  console.log(table(['', 'renders/s', 'µs each', 'Jobwire ÷ it'], rows));
}

await main();
