import {Args, exitCodes, JobwireCommand} from '../../command.ts';
import {readConfig} from '../../config.ts';
import {isError} from '../../manifest/issues.ts';
import {previewPackage} from '../../packaging/preview.ts';
import {printIssue} from '../../terminal/issues.ts';
import {describePackage, describeState, showContents, showFiles, showPermissions} from '../../terminal/packages.ts';
import {systemClock} from '../../values/time.ts';

export default class PackageShow extends JobwireCommand {
  static override summary = 'Show the label of a package before it is installed: state, contents and what it may do';
  static override description =
    'Reads an archive, an unpacked package or a package source, and installs nothing. The state is judged by the trust.json of the project: signed, unsigned, modified or invalid. Exit code 3 when it is modified or invalid.';
  static override examples = [
    '<%= config.bin %> package show acme-incident-automation-1.0.0.tgz',
    '<%= config.bin %> package show packages/incident-automation',
    '<%= config.bin %> package show .jobwire/packages/@acme/incident-automation --json',
  ];
  static override args = {
    target: Args.string({description: 'An archive, or the folder of a package or of its source', required: true}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(PackageShow);
    const {project} = readConfig(flags);
    const {from, manifest, files, integrity, verdict} = await previewPackage(args.target, {
      project,
      now: systemClock.now(),
    });
    const {state, signer, problems, digest} = verdict;
    if (manifest) {
      this.print(`${describePackage(manifest)}\n${manifest.summary ?? ''}`.trimEnd());
      this.print(`state  ${describeState(verdict)}${from === 'source' ? ' (a source, as it would be packed)' : ''}\n`);
      this.print(`${showContents(manifest)}\n\n${showPermissions(manifest.permissions ?? {})}\n\n${showFiles(files)}`);
    } else this.print(`state  ${describeState(verdict)}`);
    for (const problem of problems) this.say(printIssue(problem));
    if (problems.some(isError)) process.exitCode = exitCodes.validation;
    return {
      ...(manifest && {id: manifest.id, version: manifest.version, title: manifest.title, contents: manifest.contents}),
      ...{from, state, problems, permissions: manifest?.permissions, runtime: manifest?.requires?.runtime},
      ...{files: [...files].map(([path, bytes]) => ({path, size: bytes.length}))},
      ...(signer && {signer}),
      ...(digest !== undefined && {digest}),
      ...(integrity !== undefined && {integrity}),
    };
  }
}
