/**
 * Kills servers at every transition while everything else goes wrong, too, and says what became of each event:
 * node chaos/run.ts --kills 300 --engine both --seed 1 [--faults 10]. PostgreSQL is the server that JOBWIRE_TEST_POSTGRES names.
 * Ends with 1 when something was lost, doubled or went backwards.
 */
import {parseArgs} from 'node:util';
import {planKills} from './plan.ts';
import {report} from './report.ts';
import {endLives} from './server.ts';
import {type Trial, tryEngine} from './trial.ts';

const {values} = parseArgs({
  options: {
    kills: {type: 'string', default: '300'},
    engine: {type: 'string', default: 'both'},
    seed: {type: 'string', default: '1'},
    faults: {type: 'string', default: '10'},
  },
});
const seed = Number(values.seed);
const common = {kills: planKills(Number(values.kills), seed), seed, faults: Number(values.faults) / 100, perLife: 6};
const tell = (line: string): void => console.error(line);
const server = process.env['JOBWIRE_TEST_POSTGRES'];
const trials: Trial[] = [];
process.on('exit', endLives);

if (values.engine !== 'postgres')
  trials.push(await tryEngine({...common, engine: 'sqlite', store: 'sqlite:.jobwire/jobwire.db', servers: 1, tell}));
if (values.engine !== 'sqlite') {
  if (server === undefined) throw new Error('JOBWIRE_TEST_POSTGRES is not set; .ci/postgres.sh sets it');
  const store = `${server}?schema=chaos_${process.pid}`;
  trials.push(await tryEngine({...common, engine: 'postgres', store, servers: 2, tell}));
}
console.log(`seed ${seed}\n${report(trials)}`);
process.exitCode = trials.some(({violations}) => violations.length > 0) ? 1 : 0;
