import {Args, Flags, JobwireCommand} from '../../command.ts';
import {readConfig} from '../../config.ts';
import {fail} from '../../errors/jobwire-error.ts';
import {givenMoment, givenPublicKey} from '../../packaging/key-list.ts';
import {trustKey} from '../../packaging/trust.ts';
import {systemClock} from '../../values/time.ts';

export default class KeysTrust extends JobwireCommand {
  static override summary = 'Let the signatures of a key count in this project';
  static override description =
    'Written to trust.json, which belongs into version control. Compare the key id with its owner over another way before. A key that is listed already gets the new name, scopes and end; a revoked one is not trusted again.';
  static override examples = [
    '<%= config.bin %> keys trust release.pub --name "Acme releases" --scope @acme',
    '<%= config.bin %> keys trust release.pub --name "Acme releases" --scope @acme --expires 365d',
  ];
  static override args = {
    key: Args.string({description: 'The line of the public key, or a file that holds it', required: true}),
  };
  static override flags = {
    name: Flags.string({summary: 'Whose key it is, in your words', required: true}),
    scope: Flags.string({summary: 'Only for packages of this scope; may be repeated', multiple: true}),
    expires: Flags.string({summary: 'From when on it counts no more: a date, or a time from now such as 365d'}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(KeysTrust);
    const key = givenPublicKey(args.key);
    for (const scope of flags.scope ?? [])
      if (!/^@[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(scope))
        throw fail('JW7101', {problem: `${JSON.stringify(scope)} is not a scope such as @acme`});
    const expiresAt = flags.expires === undefined ? undefined : givenMoment(flags.expires, systemClock.now());
    const {name, scope: scopes} = flags;
    const entry = trustKey(readConfig(flags).project, {key, name, scopes, expiresAt}, systemClock);
    this.print(`trusted  ${key.id}  ${entry.name}  ${entry.scopes?.join(' ') ?? 'for every scope'}`);
    if (!entry.scopes) this.say('It may sign packages of every scope. To narrow it, say it again with --scope @…');
    return {id: key.id, ...entry};
  }
}
