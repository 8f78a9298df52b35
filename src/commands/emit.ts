import {Args, exitCodes, Flags, JobwireCommand} from '../command.ts';
import {readConfig} from '../config.ts';
import {fail} from '../errors/jobwire-error.ts';
import {openRuntime, type Runtime} from '../runtime.ts';
import {type Emitted, feedOf, makeDelivery, postDelivery} from '../simulator/emit.ts';
import {type Json, parseJson} from '../values/json.ts';

export default class Emit extends JobwireCommand {
  static override summary = 'Send a sample of an event to a running server, signed exactly as the app would';
  static override examples = [
    '<%= config.bin %> emit servicenow-main incident.created',
    '<%= config.bin %> emit github-main issues.opened --set issue.labels.0.name=automate',
    '<%= config.bin %> emit servicenow-main incident.created --stale',
  ];
  static override args = {
    connection: Args.string({description: 'Id of the source connection', required: true}),
    event: Args.string({description: 'Name of the event', required: true}),
  };
  static override flags = {
    url: Flags.string({summary: 'Address of the server (http://JOBWIRE_HOST:JOBWIRE_PORT)'}),
    set: Flags.string({
      summary: 'Value to put into the body, PATH=VALUE; may be given several times',
      multiple: true,
      multipleNonGreedy: true,
      default: [],
    }),
    stale: Flags.boolean({summary: 'Sign it too long ago'}),
    'bad-signature': Flags.boolean({summary: 'Sign another body'}),
    duplicate: Flags.boolean({summary: 'Send the same delivery twice'}),
    batch: Flags.integer({
      summary: 'Events in one delivery, where the app sends several at once',
      min: 1,
      max: 1000,
      default: 1,
    }),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(Emit);
    const config = readConfig(flags);
    const runtime = await openRuntime({...config, store: 'sqlite::memory:'});
    try {
      const base = (flags.url ?? config.publicUrl ?? `http://${config.host}:${config.port}`).replace(/\/+$/, '');
      const delivery = await deliveryOf(runtime, {
        ...args,
        base,
        set: flags.set.map(readSet),
        stale: flags.stale,
        badSignature: flags['bad-signature'],
        batch: flags.batch,
      });
      const answers = [];
      for (let i = 0; i < (flags.duplicate ? 2 : 1); i++) answers.push(await postDelivery(delivery));
      for (const {status, body} of answers) this.print(`${status}  ${body}`);
      if (answers.some(({status}) => status > 299)) process.exitCode = exitCodes.remote;
      return {url: delivery.url, headers: delivery.headers, answers};
    } finally {
      await runtime.close();
    }
  }
}

interface Wanted {
  readonly connection: string;
  readonly event: string;
  readonly base: string;
  readonly set: readonly (readonly [string, Json])[];
  readonly stale: boolean;
  readonly badSignature: boolean;
  readonly batch: number;
}

async function deliveryOf(
  {library, hook, clock}: Runtime,
  {connection, event, base, ...options}: Wanted,
): Promise<Emitted> {
  const unit = library.connection(connection);
  if (!unit) throw fail('JW7102', {what: 'connection', id: connection}, {suggestions: [...library.connections.keys()]});
  const connector = library.connector(unit.manifest.connector);
  const feed = feedOf(connector.manifest.feeds ?? {}, event);
  const found = feed === undefined ? undefined : await hook(connection, feed);
  if (!found)
    throw fail(
      'JW1004',
      {what: 'webhook feed with event', name: event},
      {suggestions: Object.keys(connector.manifest.events ?? {})},
    );
  return makeDelivery(found, {
    ...options,
    event,
    dir: connector.dir,
    url: `${base}/hooks/${connection}/${feed}`,
    now: clock.now(),
  });
}

/** `path=value`: the value is JSON where it can be, else text. */
function readSet(text: string): [string, Json] {
  const at = text.indexOf('=');
  if (at < 1) throw fail('JW7101', {problem: `--set ${text}: write PATH=VALUE`});
  const value = text.slice(at + 1);
  try {
    return [text.slice(0, at), parseJson(value)];
  } catch {
    return [text.slice(0, at), value];
  }
}
