/** Broken manifests as small edits of a good one, with the code that each gives and its place. */
import {connection, connector, type FileName, sample, template} from './project.ts';

export interface Broken {
  readonly name: string;
  readonly file: FileName;
  readonly from: string;
  readonly to: string;
  readonly code: string;
  /** The issue points at the beginning of this text; by default at the new text. */
  readonly at?: string;
  /** Characters after that. */
  readonly plus?: number;
  readonly suggestion?: string;
  readonly says?: RegExp;
}

type Row = [
  name: string,
  from: string,
  to: string,
  code: string,
  more?: Pick<Broken, 'at' | 'plus' | 'suggestion' | 'says'>,
];

const rows = (file: FileName, list: readonly Row[]): Broken[] =>
  list.map(([name, from, to, code, more]) => ({name, file, from, to, code, ...more}));

const format = rows(connector, [
  ['a trailing comma', '"title": "Acme",', '"title": "Acme",,', 'JW1001', {at: ',,', plus: 1}],
  ['a comment', '"title": "Acme",', '"title": "Acme", // ours\n', 'JW1001', {at: '// ours', says: /comments/}],
  [
    'a key twice',
    '"title": "Acme",',
    '"title": "Acme",\n  "id": "other",',
    'JW1001',
    {at: '"id": "other"', says: /stands twice: at 4:3 and at 7:3/},
  ],
  [
    'a key that reaches the prototype',
    '"key": { "title": "Key" } },',
    '"constructor": { "title": "Key" } },',
    'JW1001',
    {at: '"constructor"'},
  ],
  ['an id in capitals', '"id": "acme"', '"id": "Acme_CRM"', 'JW1002', {at: '"Acme_CRM"', says: /id must be an id/}],
  ['no title', '"title": "Acme",', '', 'JW1002', {at: '{\n  "jobwire"', says: /lacks "title"/}],
  [
    'a misspelled top-level key',
    '"operations": {',
    '"opertions": {',
    'JW1003',
    {at: '"opertions"', suggestion: 'operations'},
  ],
  [
    'a misspelled key deep inside',
    '"budget": "calls"',
    '"budgets": "calls"',
    'JW1003',
    {at: '"budgets": "calls"', suggestion: 'budget'},
  ],
  [
    'a duration without a unit',
    '"timeout": "30s"',
    '"timeout": "30"',
    'JW1002',
    {at: '"30"', says: /a duration \(A whole number and a unit/},
  ],
  [
    'an unknown method',
    '"method": "DELETE"',
    '"method": "DELET"',
    'JW1002',
    {at: '"DELET"', suggestion: 'DELETE', says: /"GET"/},
  ],
  [
    'an action for an error row that does not exist',
    '"action": "fail"',
    '"action": "again"',
    'JW1002',
    {at: '"again"', says: /"rate-limit"/},
  ],
  [
    'path and url together',
    '"path": "/runs/{{params.id}}" },\n      "response"',
    '"path": "/a", "url": "https://login.acme.example/b" },\n      "response"',
    'JW1002',
    {at: '{ "method": "DELETE"'},
  ],
  [
    'a cursor style without next',
    '"style": "offset"',
    '"style": "cursor"',
    'JW1002',
    {at: '{ "style": "cursor"', says: /lacks "next"/},
  ],
  ['a wildcard for every host', '"*.acme.example"', '"*"', 'JW1002', {at: '"*"'}],
  ['a scheme without key', ', "key": "{{secret.key}}" }]', ' }]', 'JW1002', {at: '{ "scheme"', says: /lacks "key"/}],
  ['a job state that is none', '"ok": "succeeded"', '"ok": "finished"', 'JW1002', {at: '"finished"'}],
]);

const references = rows(connector, [
  [
    'an operation that does not exist',
    '"call": "startJob"',
    '"call": "startJobs"',
    'JW1004',
    {at: '"startJobs"', suggestion: 'startJob'},
  ],
  ['a lookup that does not exist', '"lookup": "job"', '"lookup": "jobb"', 'JW1004', {at: '"jobb"', suggestion: 'job'}],
  [
    'a budget that does not exist',
    '"budget": "calls"',
    '"budget": "call"',
    'JW1004',
    {at: '"call",\n', suggestion: 'calls'},
  ],
  [
    'an event that does not exist',
    '"emits": ["ticket.opened"]',
    '"emits": ["ticket.open"]',
    'JW1004',
    {at: '"ticket.open"', suggestion: 'ticket.opened'},
  ],
  [
    'a job kind that does not exist',
    '"starts": "run"',
    '"starts": "runs"',
    'JW1004',
    {at: '"runs"', suggestion: 'run'},
  ],
  [
    'a schema that does not exist',
    '"#/schemas/ticket"',
    '"#/schemas/tiket"',
    'JW1004',
    {at: '"#/schemas/tiket"', suggestion: 'ticket'},
  ],
  [
    'an error code nothing fails with',
    '"acme-not-found"] }',
    '"acme-not-fond"] }',
    'JW1004',
    {at: '"acme-not-fond"', suggestion: 'acme-not-found'},
  ],
  [
    'a variant that does not exist',
    '"variants": ["login"]',
    '"variants": ["logon"]',
    'JW1004',
    {at: '"logon"', suggestion: 'login'},
  ],
  ['an id that is not its folder', '"id": "acme"', '"id": "acmes"', 'JW1005', {at: '"acmes"'}],
  [
    'a sample outside the folder',
    '"./samples/ticket.opened.json"',
    '"../../secrets.json"',
    'JW1006',
    {at: '"../../secrets.json"', says: /leaves the folder/},
  ],
  [
    'a sample that is missing',
    '"./samples/ticket.opened.json"',
    '"./samples/other.json"',
    'JW1006',
    {at: '"./samples/other.json"', says: /does not exist/},
  ],
]);

const schemas = rows(connector, [
  [
    'a misspelled keyword',
    '"maxLength": 20',
    '"maxLenght": 20',
    'JW1007',
    {at: '"maxLenght"', suggestion: 'maxLength'},
  ],
  ['a pattern with look-ahead', '"^[a-z0-9-]+$"', '"(?=a)[a-z0-9-]+"', 'JW1007', {at: '"(?=a)', says: /not supported/}],
  [
    'an unknown format',
    '"note": { "type": "string" } } }',
    '"note": { "type": "string", "format": "datetime" } } }',
    'JW1007',
    {at: '"datetime"', suggestion: 'date-time'},
  ],
  [
    'a reference to another document',
    '"$ref": "#/schemas/ticket"',
    '"$ref": "https://example.com/s.json"',
    'JW1007',
    {at: '"https://example.com/s.json"'},
  ],
  [
    'choices without what to take',
    '"value": "{{item.key}}" }',
    '"label": "{{item.key}}" }',
    'JW1007',
    {at: '{ "call": "listJobs", "label"', says: /lacks "value"/},
  ],
  ['a default that does not fit', '"default": false', '"default": "no"', 'JW1008', {at: '"no"', says: /true or false/}],
  [
    'an operation sample that does not fit',
    '"sample": { "jobs": [{ "key": "a" }] }',
    '"sample": { "jobs": [{ "key": 1 }] }',
    'JW1008',
    {at: '{ "jobs": [{ "key": 1', says: /key must be text/},
  ],
]);

const crossed = rows(connector, [
  ['a version that is none', '"version": "1.0.0"', '"version": "1.0"', 'JW1002', {at: '"1.0"'}],
  [
    'a read that deletes',
    '"params": { "id": "string" },\n      "request": { "method": "GET"',
    '"params": { "id": "string" },\n      "request": { "method": "PUT"',
    'JW1010',
    {at: '"PUT"'},
  ],
  [
    'a probe that writes',
    '"probe": { "call": "listJobs", "with": { "name": "x" }, "output": "{{length result}} jobs" }',
    '"probe": { "call": "stopJob", "with": { "id": "x" }, "output": "x" }',
    'JW1011',
    {at: '"stopJob", "with": { "id": "x"'},
  ],
  [
    'a second unsafe write',
    '"mode": "{{input.mode}}" } }\n',
    '"mode": "{{input.mode}}" } },\n        { "id": "again", "call": "startJob", "with": { "key": "b", "mode": "fast" } }\n',
    'JW1011',
    {at: '"startJob", "with": { "key": "b"'},
  ],
  [
    'a start without jobs in the output',
    '"output": { "jobs": [{ "id": "{{steps.start.id}}" }] }',
    '"output": { "id": "{{steps.start.id}}" }',
    'JW1012',
    {at: '"output": { "id": "{{steps.start.id}}" }'},
  ],
  [
    'a status without state',
    '"output": { "state": "{{result.state}}" }',
    '"output": { "text": "{{result.state}}" }',
    'JW1012',
    {at: '"output": { "text"'},
  ],
  [
    'a webhook that takes whatever comes',
    '"verify": [{ "scheme": "hmac", "signature": { "header": "x-acme" }, "key": "{{secret.key}}" }]',
    '"verify": [{ "scheme": "none" }]',
    'JW1018',
    {at: '"none" }]'},
  ],
  [
    'a feed without transport',
    '"webhook": {\n        "verify": [{ "scheme": "hmac", "signature": { "header": "x-acme" }, "key": "{{secret.key}}" }]\n      },',
    '',
    'JW1013',
    {at: '"hooks": {'},
  ],
  [
    'a variant without auth',
    '"auth": { "apply": { "headers": { "Authorization": "Key {{secret.key}}" } } },\n',
    '',
    'JW1015',
    {at: '"key": { "title": "Key" },\n'},
  ],
  [
    'a host that is not permitted',
    '"https://login.acme.example/token"',
    '"https://login.other.example/token"',
    'JW1016',
    {at: '"https://login.other'},
  ],
  [
    'an address without TLS',
    '"https://login.acme.example/token"',
    '"http://login.acme.example/token"',
    'JW1002',
    {at: '"http://login', says: /https/},
  ],
  [
    'a host from a loose setting',
    '"pattern": "^[a-z0-9-]+$"',
    '"pattern": "^[a-z0-9.-]+$"',
    'JW2015',
    {at: '"https://{{connection.site}}'},
  ],
  [
    'a host from a setting without anchors',
    '"pattern": "^[a-z0-9-]+$"',
    '"pattern": "[a-z0-9-]+"',
    'JW2015',
    {at: '"https://{{connection.site}}'},
  ],
  ['a literal credential', '"Key {{secret.key}}"', '"Key abc123"', 'JW7002', {at: '"Key abc123"'}],
  [
    'a lookup over something that is no list',
    '"call": "listJobs",\n      "with": { "name": "{{params.name}}" }',
    '"call": "readRun",\n      "with": { "id": "{{params.name}}" }',
    'JW1002',
    {at: '"readRun",\n      "with"', says: /no items/},
  ],
]);

const expressions = rows(connector, [
  [
    'braces that do not close',
    '"{{input.mode}}" } }\n',
    '"{{input.mode" } }\n',
    'JW2001',
    {at: '"{{input.mode"', plus: 9},
  ],
  [
    'an unknown helper',
    '{{optional input.count}}',
    '{{optionl input.count}}',
    'JW2002',
    {plus: 2, suggestion: 'optional'},
  ],
  ['a block', '"{{length result}} jobs"', '"{{#if result}}x{{/if}}"', 'JW2003', {plus: 1}],
  [
    'a root of another place',
    '"Key {{secret.key}}"',
    '"Key {{secrets.key}}"',
    'JW2004',
    {at: '{{secrets.key', plus: 2, suggestion: 'secret'},
  ],
  [
    'a secret in a path',
    '"/jobs/{{params.key}}/start"',
    '"/jobs/{{secret.key}}/start"',
    'JW2004',
    {at: '{{secret.key}}/start', plus: 2},
  ],
  [
    'a misspelled input',
    '"{{input.job}}"',
    '"{{input.jobb}}"',
    'JW2005',
    {at: '{{input.jobb', plus: 2, suggestion: 'job'},
  ],
  [
    'a step that is not there yet',
    '"{{input.job}}"',
    '"{{steps.start.id}}"',
    'JW2005',
    {at: '{{steps.start.id}}" } },', plus: 2},
  ],
  [
    'a parameter that does not exist',
    '"key": "{{steps.job.key}}"',
    '"keys": "{{steps.job.key}}"',
    'JW2005',
    {at: '"keys"', suggestion: 'key'},
  ],
  ['a required parameter that is not given', '"key": "{{steps.job.key}}", ', '', 'JW2006', {at: '"with": { "count"'}],
  ['an optional input used strictly', '"{{optional input.count}}"', '"{{input.count}}"', 'JW2006', {plus: 3}],
  [
    'a required parameter that may be left out',
    '"key": "{{steps.job.key}}"',
    '"key": "{{optional steps.job.key}}"',
    'JW2006',
    {at: '"{{optional steps'},
  ],
  [
    'a list where text is wanted',
    '"key": "{{steps.job.key}}"',
    '"key": "{{list steps.job.key}}"',
    'JW2007',
    {at: '{{list', plus: 2},
  ],
  ['a written-out parameter of the wrong type', '"key": "{{steps.job.key}}"', '"key": 5', 'JW1008', {at: '5, "count"'}],
  [
    'a choice that is none',
    '"mode": "{{input.mode}}" } }\n',
    '"mode": "fastt" } }\n',
    'JW1008',
    {at: '"fastt"', suggestion: 'fast'},
  ],
  [
    'an argument of the wrong type',
    '"{{length result}} jobs"',
    '"{{lower result}} jobs"',
    'JW2008',
    {at: '{{lower result', plus: 8},
  ],
  [
    'query text that is not encoded',
    "{{odata (default params.name '')}}",
    "{{default params.name ''}}",
    'JW2011',
    {plus: 2},
  ],
  [
    'a directive with a key too many',
    '"output": { "key": "{{item.key}}" }',
    '"output": { "$if": true, "then": 1, "note": 2 }',
    'JW2014',
    {at: '{ "$if"'},
  ],
  [
    'an object inside text',
    '"{{length result}} jobs"',
    '"{{first result}} jobs"',
    'JW2102',
    {at: '{{first result', plus: 2},
  ],
]);

const templates = rows(template, [
  [
    'a connector that is not installed',
    '"on": { "connector": "acme@^1"',
    '"on": { "connector": "acne@^1"',
    'JW1004',
    {at: '"acne@^1"', suggestion: 'acme'},
  ],
  [
    'a version that is not met',
    '"on": { "connector": "acme@^1"',
    '"on": { "connector": "acme@^2"',
    'JW1017',
    {at: '"acme@^2"', says: /version 1\.0\.0/},
  ],
  [
    'a range that is none',
    '"on": { "connector": "acme@^1"',
    '"on": { "connector": "acme@latest"',
    'JW1017',
    {at: '"acme@latest"'},
  ],
  [
    'an event the connector does not have',
    '"event": "ticket.opened"',
    '"event": "ticket.closed"',
    'JW1004',
    {at: '"ticket.closed"'},
  ],
  [
    'a connection that does not exist',
    '"event": "ticket.opened", "connection": "acme-main"',
    '"event": "ticket.opened", "connection": "acme-mian"',
    'JW1004',
    {at: '"acme-mian"', suggestion: 'acme-main'},
  ],
  [
    'an action that does not exist',
    '"action": "run",\n',
    '"action": "rnu",\n',
    'JW1004',
    {at: '"rnu"', suggestion: 'run'},
  ],
  [
    'an action of another variant',
    '"connector": "acme", "connection": "acme-main", "action": "run"',
    '"connector": "acme", "connection": "acme-main", "action": "ping"',
    'JW7004',
    {at: '"ping"', suggestion: 'login'},
  ],
  [
    'reconcile without settle',
    '"delivery": "at-most-once"',
    '"delivery": "reconcile"',
    'JW1014',
    {at: '"reconcile"', says: /settle on operation startJob/},
  ],
  ['queue without a key', '"delivery": "at-most-once"', '"delivery": "queue"', 'JW1014', {at: '"queue"'}],
  [
    'a misspelled criterion',
    '"event.data.priority"',
    '"event.data.prioritty"',
    'JW2005',
    {at: '"event.data.prioritty"', plus: 1, suggestion: 'priority'},
  ],
  [
    'a criterion over what may be missing',
    '"path": "event.data.owner", "op": "exists"',
    '"path": "event.data.votes", "op": "gt", "value": 1',
    'JW2006',
    {at: '"event.data.votes"', plus: 1},
  ],
  ['a criterion that never holds', '"value": "high"', '"value": "urgent"', 'JW2009', {at: '"urgent"'}],
  ['a required input that is not mapped', '"mode": "fast",', '', 'JW2006', {at: '"input": {\n'}],
  [
    'an input that does not exist',
    '"note": "{{trunc',
    '"nota": "{{trunc',
    'JW2005',
    {at: '"nota"', suggestion: 'note'},
  ],
  [
    'a written-out input that is too long',
    '"{{truncate event.data.owner.name 20}}"',
    '"this note is longer than twenty characters"',
    'JW1008',
    {at: '"this note'},
  ],
  [
    'an optional field without exists',
    '"criteria": [\n    { "path": "event.data.priority", "op": "equals", "value": "high" },\n    { "path": "event.data.owner", "op": "exists" }\n  ]',
    '"criteria": []',
    'JW2006',
    {at: '{{truncate event', plus: 11},
  ],
  [
    'result before the run has ended',
    '"{{event.data.title}}"',
    '"{{result.state}}"',
    'JW2004',
    {at: '"job": "{{result.state}}",\n', plus: 10},
  ],
]);

const on = '{ "connector": "acme@^1", "event": "ticket.opened", "connection": "acme-main" }';
const started = rows(template, [
  [
    'a schedule with six fields',
    on,
    '{ "schedule": { "cron": "0 0 8 * * 1", "timezone": "Europe/Berlin" } }',
    'JW1002',
    {at: '"0 0 8'},
  ],
  [
    'a schedule at an hour that does not exist',
    on,
    '{ "schedule": { "cron": "0 25 * * *", "timezone": "Europe/Berlin" } }',
    'JW1002',
    {at: '"0 25'},
  ],
  [
    'a time zone that does not exist',
    on,
    '{ "schedule": { "cron": "0 8 * * mon-fri", "timezone": "Europe/Berln" } }',
    'JW1002',
    {at: '"Europe/Berln"'},
  ],
  [
    'data a schedule does not have',
    on,
    '{ "schedule": { "cron": "*/5 8-17 1,15 jan *", "timezone": "UTC" } }',
    'JW2005',
    {at: '"event.data.priority"', plus: 1},
  ],
  [
    'a manual sample that does not fit',
    on,
    '{ "manual": { "data": { "type": "object", "required": ["n"], "properties": { "n": { "type": "integer" } } }, "sample": { "n": "1" } } }',
    'JW1008',
    {at: '"1" }'},
  ],
  [
    'a wait for an action without jobs',
    '"action": "run",\n      "input": {\n        "job": "{{event.data.title}}",\n        "mode": "fast",\n        "note": "{{truncate event.data.owner.name 20}}"\n      },',
    '"action": "ping",\n      "policy": { "wait": {} },\n      "input": {},',
    'JW7004',
    {at: '"ping"'},
  ],
  [
    'a target without an id in a list',
    '      "id": "first",\n',
    '',
    'JW1002',
    {at: '{\n      "connector": "acme@^1",\n      "connection"'},
  ],
  [
    'a row inside any',
    '{ "path": "event.data.priority", "op": "equals", "value": "high" }',
    '{ "any": [{ "path": "event.data.priority", "op": "equals", "value": "high" }, { "test": "{{event.data.votes}}" }] }',
    'JW2006',
    {at: '{{event.data.votes', plus: 2},
  ],
]);

const connections = rows(connection, [
  [
    'a literal secret',
    '"env:ACME_KEY"',
    '"sk-very-secret-0123456789"',
    'JW7002',
    {at: '"sk-very', says: /^(?!.*sk-very)/},
  ],
  ['a setting of the wrong form', '"site": "prod"', '"site": "a.b"', 'JW7003', {at: '"a.b"', says: /config\.site/}],
  ['a missing setting', '"config": { "site": "prod" }', '"config": {}', 'JW7003', {at: '{},', says: /lacks "site"/}],
  ['a setting that does not exist', '"site": "prod"', '"site": "prod", "region": "eu"', 'JW7003', {at: '"region"'}],
  ['no variant', '"variant": "key",\n  ', '', 'JW7004', {at: '"acme@^1"', suggestion: 'login'}],
  ['an unknown variant', '"variant": "key"', '"variant": "kay"', 'JW7004', {at: '"kay"', suggestion: 'key'}],
  [
    'a secret nobody asks for',
    '"secrets": { "key"',
    '"secrets": { "kye": "env:X", "key"',
    'JW1004',
    {at: '"kye"', suggestion: 'key'},
  ],
  ['a secret file outside', '"env:ACME_KEY"', '"file:../../etc/passwd"', 'JW1006', {at: '"file:..'}],
  [
    'a required secret that is missing',
    '"secrets": { "key": "env:ACME_KEY" }',
    '"secrets": {}',
    'JW7003',
    {at: '"secrets": {}', says: /lacks "key"/},
  ],
  ['a feed that does not exist', '"hooks": {', '"hook": {', 'JW1004', {at: '"hook"', suggestion: 'hooks'}],
  ['a budget that is wider', '"limit": 10', '"limit": 100', 'JW7003', {at: '100'}],
]);

const samples = rows(sample, [
  [
    'a sample with a value outside the enum',
    '"priority": "high"',
    '"priority": "urgent"',
    'JW1008',
    {at: '"./samples/ticket.opened.json"', says: /data: priority must be "low" or "high"/},
  ],
  [
    'a sample of another type',
    '"type": "ticket.opened"',
    '"type": "ticket.closed"',
    'JW1008',
    {at: '"./samples/ticket.opened.json"', says: /ticket\.closed/},
  ],
]);

const unused = rows(connector, [
  [
    'a schema nothing refers to',
    '"schemas": {\n',
    '"schemas": {\n    "spare": { "type": "object" },\n',
    'JW1009',
    {at: '"spare"'},
  ],
  [
    'a setting nothing reads',
    '"strict": "{{connection.strict}}"',
    '"strict": true',
    'JW1009',
    {at: '"strict": { "type"'},
  ],
  [
    'a secret nothing reads',
    '"secrets": { "key": { "title": "Key" } }',
    '"secrets": { "key": { "title": "Key" }, "pin": { "title": "PIN", "optional": true } }',
    'JW1009',
    {at: '"pin"'},
  ],
  ['a parameter nothing reads', '"count": "{{default params.count 1}}", ', '', 'JW1009', {at: '"count?"'}],
  ['a budget nothing uses', '"budget": "calls",\n', '', 'JW1009', {at: '"calls"'}],
]);

export const groups: readonly [string, readonly Broken[]][] = [
  ['text and format', format],
  ['references', references],
  ['embedded schemas, samples and defaults', [...schemas, ...samples]],
  ['rules over several keys', crossed],
  ['expressions', expressions],
  ['templates', [...templates, ...started]],
  ['connections', connections],
  ['parts that are never used', unused],
];
