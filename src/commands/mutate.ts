import {type Mutant, type MutationReport, mutateTemplate} from '../authoring/mutate.ts';
import {Args, exitCodes, Flags, JobwireCommand} from '../command.ts';
import {readConfig} from '../config.ts';
import {fail, nearest} from '../errors/jobwire-error.ts';
import {refuseBroken} from '../manifest/refuse.ts';
import {readProject} from '../read-project.ts';
import {shorten} from '../terminal/text.ts';

export default class Mutate extends JobwireCommand {
  static override summary = 'Spoil the fields of events one by one and see whether a case notices';
  static override description =
    'Each field of the events in the cases becomes null, absent, renamed, longer, of another type, empty. What changes the job while all cases pass is listed. Nothing leaves this machine. With --min, exit code 1 below that score.';
  static override examples = [
    '<%= config.bin %> mutate',
    '<%= config.bin %> mutate incident-to-triage --min 90',
    '<%= config.bin %> mutate incident-to-triage --json',
  ];
  static override args = {template: Args.string({description: 'Id of the template; all of the project by default'})};
  static override flags = {
    min: Flags.integer({summary: 'The least score, in per cent', min: 0, max: 100}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(Mutate);
    const library = readProject(readConfig(flags));
    refuseBroken(library);
    const {templates} = library;
    const wanted = [...templates.values()].filter(({id}) => args.template === undefined || id === args.template);
    if (wanted.length === 0)
      throw fail(
        'JW7102',
        {what: 'template', id: args.template ?? ''},
        {suggestions: nearest(args.template ?? '', templates.keys())},
      );
    const reports: MutationReport[] = [];
    for (const template of wanted) {
      const report = await mutateTemplate(template, library);
      this.print(showReport(report));
      reports.push(report);
    }
    const {min} = flags;
    if (min !== undefined && reports.some(({score = 100}) => score < min)) process.exitCode = exitCodes.failure;
    return {templates: reports};
  }
}

function showReport({template, cases, failing, mutants, counts, score}: MutationReport): string {
  const {noticed, unnoticed, harmless, refused} = counts;
  return [
    `${template}: ${score === undefined ? 'no score' : `${score} %`}, ${cases.length} ${cases.length === 1 ? 'case' : 'cases'}`,
    `  ${mutants.length} mutants: ${noticed} noticed, ${unnoticed} unnoticed, ${harmless} without effect, ${refused} refused by the schema of the event`,
    ...failing.map((title) => `  a case does not pass as it stands and says nothing: ${title}`),
    ...mutants.filter(({verdict}) => verdict === 'unnoticed').map(showMutant),
  ].join('\n');
}

function showMutant({field, kind, change = ''}: Mutant): string {
  return `  unnoticed  ${field} ${kind}\n             ${shorten(change, 160)}`;
}
