import {Flags, JobwireCommand} from '../command.ts';
import {readConfig, roles} from '../config.ts';
import {assertGuardWorks} from '../http/self-check.ts';
import {type Served, serve} from '../serve.ts';
import {openLog} from '../telemetry/log.ts';
import {systemClock} from '../values/time.ts';

export default class Serve extends JobwireCommand {
  static override summary = 'Receive webhooks, start jobs and follow them, until stopped';
  static override description =
    'SIGTERM or Ctrl-C finishes what is under way, for 30 s at most (JOBWIRE_DRAIN_MS); a second one ends at once.';
  static override examples = ['<%= config.bin %> serve', '<%= config.bin %> serve --port 8080 -C my-project'];
  static override flags = {
    host: Flags.string({summary: 'Address to listen on (JOBWIRE_HOST; 127.0.0.1)'}),
    port: Flags.integer({summary: 'Port to listen on, 0 for any (JOBWIRE_PORT; 7070)', min: 0, max: 65535}),
    store: Flags.string({summary: 'Where events and runs are kept (JOBWIRE_STORE; sqlite:./.jobwire/jobwire.db)'}),
    role: Flags.string({
      summary: 'What this process does of the work of several on one store (JOBWIRE_ROLE; all)',
      description: 'ingest takes deliveries, work starts and follows jobs, polls and fires schedules; all does both.',
      options: [...roles],
    }),
  };

  async run(): Promise<unknown> {
    const {flags} = await this.parse(Serve);
    const config = readConfig(flags);
    await assertGuardWorks();
    const served = await serve(config, openLog(config.logLevel));
    this.say(`listening on ${served.url}`);
    for (const hook of served.hooks) this.say(`  ${hook}`);
    await stopped(served, config.drainMs);
    return {url: served.url};
  }
}

/**
 * Resolves when the process was asked to end and everything under way is stored. A second request, or the end of the time, ends it
 * at once: what was under way is found as that when its lease is over.
 */
function stopped(served: Served, drainMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = new AbortController();
    let asked = false;
    const stop = (): void => {
      if (asked) process.exit(1);
      asked = true;
      systemClock.sleep(drainMs, timer.signal).then(
        () => process.exit(1),
        () => undefined,
      );
      served
        .close()
        .finally(() => timer.abort())
        .then(resolve, reject);
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}
