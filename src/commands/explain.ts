import {Args, JobwireCommand} from '../command.ts';
import {catalog, isCode} from '../errors/catalog.ts';
import {fail, nearest} from '../errors/jobwire-error.ts';

export default class Explain extends JobwireCommand {
  static override summary = 'Say what an error code means and what to do';
  static override examples = ['<%= config.bin %> explain JW3102', '<%= config.bin %> explain JW5007 --json'];
  static override args = {code: Args.string({description: 'Code, for example JW3102', required: true})};

  async run(): Promise<unknown> {
    const {args} = await this.parse(Explain);
    const code = args.code.toUpperCase();
    if (!isCode(code))
      throw fail('JW7102', {what: 'code', id: code}, {suggestions: nearest(code, Object.keys(catalog))});
    const entry = catalog[code];
    this.print(`${code}  ${entry.title}`);
    this.print(`  says       ${entry.detail}`);
    this.print(`  concerns   the ${entry.owner}`);
    this.print(`  do         ${entry.fix}`);
    return {code, ...entry};
  }
}
