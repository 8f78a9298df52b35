import {Args, Flags, JobwireCommand} from '../command.ts';
import {readConfig} from '../config.ts';
import {fail} from '../errors/jobwire-error.ts';
import {readProject} from '../read-project.ts';
import {startSimulator} from '../simulator/app.ts';
import {readSimulator} from '../simulator/file.ts';
import {type Json, parseJson} from '../values/json.ts';
import {systemClock} from '../values/time.ts';

export default class Simulate extends JobwireCommand {
  static override summary = 'Run a local stand-in for the system of a connector';
  static override description =
    'Listens on 127.0.0.1 only. What it holds and the faults it can make are at /_simulator.';
  static override examples = [
    '<%= config.bin %> simulate uipath-orchestrator --port 7071',
    '<%= config.bin %> simulate uipath-orchestrator --fault execute-then-time-out=1',
  ];
  static override args = {connector: Args.string({description: 'Id of the connector', required: true})};
  static override flags = {
    port: Flags.integer({summary: 'Port to listen on, 0 for any', default: 0, min: 0, max: 65535}),
    fault: Flags.string({
      summary: 'Fault to make, NAME or NAME=TIMES; may be given several times',
      multiple: true,
      multipleNonGreedy: true,
      default: [],
    }),
    set: Flags.string({
      summary: 'Setting to change, NAME=JSON; may be given several times',
      multiple: true,
      multipleNonGreedy: true,
      default: [],
    }),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(Simulate);
    const unit = readProject(readConfig(flags), [args.connector]).connector(args.connector);
    const simulator = readSimulator(unit.dir);
    const running = await startSimulator({
      connector: unit.manifest,
      simulator,
      clock: systemClock,
      port: flags.port,
      faults: Object.fromEntries(flags.fault.map(readFault)),
      settings: Object.fromEntries(flags.set.map(readSetting)),
    });
    this.say(`${unit.manifest.title} (simulated) on ${running.url}`);
    this.say(`  faults: ${Object.keys(simulator.faults ?? {}).join(', ') || 'none'}`);
    await new Promise<void>((resolve) => {
      process.once('SIGTERM', resolve);
      process.once('SIGINT', resolve);
    });
    await running.close();
    return {url: running.url};
  }
}

function readFault(text: string): [string, number] {
  const [name = '', times = '1'] = text.split('=');
  if (!/^\d{1,6}$/.test(times))
    throw fail('JW7101', {problem: `--fault ${text}: the number of times is a whole number`});
  return [name, Number(times)];
}

function readSetting(text: string): [string, Json] {
  const at = text.indexOf('=');
  if (at < 1) throw fail('JW7101', {problem: `--set ${text}: write NAME=JSON`});
  const value = text.slice(at + 1);
  try {
    return [text.slice(0, at), parseJson(value)];
  } catch {
    return [text.slice(0, at), value];
  }
}
