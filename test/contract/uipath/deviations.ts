/** Where connector and simulator knowingly differ from the published definitions. Each row is needed: a row nothing falls under fails the test. */
import type {Finding, Version} from './definitions.ts';

export interface Deviation {
  readonly name: string;
  readonly versions: readonly Version[];
  readonly part: Finding['part'] | readonly Finding['part'][];
  readonly at: RegExp;
  readonly problem: RegExp;
  readonly why: string;
}

const both: readonly Version[] = ['v20', '2020.10'];

export const deviations: readonly Deviation[] = [
  {
    name: 'a job by its key',
    versions: both,
    part: 'address',
    at: /^GET \/odata\/Jobs\/UiPath\.Server\.Configuration\.OData\.GetByKey\(identifier=\{\}\)$/,
    problem: /^is not declared$/,
    why: "UiPath's own Python and TypeScript SDKs read jobs by this address; no published definition has it",
  },
  {
    name: 'files of a job',
    versions: both,
    part: 'address',
    at: /^(?:GET \/api\/JobAttachments\/GetByJobKey|POST \/api\/JobAttachments\/Post)$/,
    problem: /^is not declared$/,
    why: "used by UiPath's Python SDK, missing from the definitions",
  },
  {
    name: 'where the bytes of a file are',
    versions: ['v20'],
    part: 'answer',
    at: /^(?:GET|POST) \/odata\/Attachments/,
    problem: /^BlobFileAccess is not declared$/,
    why: 'without it nothing could be uploaded; the definition of AttachmentDto leaves it out',
  },
  {
    name: 'values in queue items',
    versions: ['v20'],
    part: ['body', 'answer'],
    at: /QueueItem/,
    problem: /\/SpecificContent\/[\w@.]+ must be object$/,
    why: 'the definition says that each value is an object; real values are text, numbers and booleans',
  },
  {
    name: 'environments of modern processes',
    versions: ['v20'],
    part: 'answer',
    at: /^GET \/odata\/(?:Releases|Jobs$)/,
    problem: /EnvironmentName is not declared$/,
    why: 'a public sample of UiPath shows EnvironmentName "" in a modern folder; the definition of v20 has no environments',
  },
  {
    name: 'the folder header where none is declared',
    versions: both,
    part: 'folder',
    at: /\/(?:Webhooks|Folders|Processes|Users|Sessions|Machines)/,
    problem: /^a folder header that is not declared$/,
    why: 'headers of a connection go with every request; addresses of the tenant do not look at it',
  },
  {
    name: 'a password',
    versions: ['v20'],
    part: 'address',
    at: /^POST \/api\/Account\/Authenticate$/,
    problem: /^is not declared$/,
    why: 'on-premise servers of any version know it (2020.10 declares it), the definition of the cloud does not',
  },
  {
    name: 'fields younger than 2020.10',
    versions: ['2020.10'],
    part: 'answer',
    at: /Jobs/,
    problem: /(?:HasVideoRecorded|ProcessType|SpecificPriorityValue) is not declared$/,
    why: 'the simulator shows jobs as current servers do, with environments beside them',
  },
  {
    name: 'on-premise servers younger than 2020.10',
    versions: ['2020.10'],
    part: ['address', 'body'],
    at: /Attachments|JobTriggers|StartJobs/,
    problem: /^is not declared$|^\/startInfo InputFile is not declared$/,
    why: 'a connection without folder may be one to a newer server; the definition of v20 has these',
  },
];

export function matches({versions, part, at, problem}: Deviation, version: Version, finding: Finding): boolean {
  return (
    versions.includes(version) &&
    [part].flat().includes(finding.part) &&
    at.test(finding.at) &&
    problem.test(finding.problem)
  );
}
