/** Findings as a SARIF 2.1.0 log, which code scanning and editors read. Pure: must never read a file. */
import {createHash} from 'node:crypto';
import {isAbsolute, relative, sep} from 'node:path';
import {pathToFileURL} from 'node:url';
import type {Fix} from '../authoring/fix.ts';
import {catalog} from '../errors/catalog.ts';
import type {Issue} from '../errors/jobwire-error.ts';
import type {Json, JsonObject} from '../values/json.ts';
import {adviceOf} from './issues.ts';

export interface SarifContext {
  readonly version: string;
  /** Absolute folder that the log's addresses start from. */
  readonly root: string;
  /** What `--fix` would change; offered as the fix of its finding. */
  readonly fixes?: readonly Fix[];
}

const levels: Readonly<Record<Issue['severity'], string>> = {error: 'error', warning: 'warning', info: 'note'};

/** https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; files are absolute in the issues. */
export function sarifLog(issues: readonly Issue[], context: SarifContext): JsonObject {
  const ids = [...new Set(issues.map(({jobwireCode}) => jobwireCode))].sort();
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {driver: {name: 'jobwire', semanticVersion: context.version, rules: ids.map(ruleOf)}},
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: {ROOT: {uri: `${pathToFileURL(context.root).href.replace(/\/$/, '')}/`}},
        results: issues.map((issue) => resultOf(issue, ids.indexOf(issue.jobwireCode), context)),
      },
    ],
  };
}

function ruleOf(id: Issue['jobwireCode']): Json {
  const {title, fix, severity, owner} = catalog[id];
  return {
    id,
    shortDescription: {text: title},
    help: {text: `${fix}. More: jobwire explain ${id}`},
    defaultConfiguration: {level: levels[severity] ?? 'error'},
    properties: {owner},
  };
}

function resultOf(issue: Issue, ruleIndex: number, context: SarifContext): Json {
  const {jobwireCode, severity, at} = issue;
  const fixes = (context.fixes ?? []).filter(
    ({file, pointer, code}) => file === at?.file && pointer === at.pointer && code === issue.code,
  );
  return {
    ruleId: jobwireCode,
    ruleIndex,
    level: levels[severity],
    message: {text: adviceOf(issue)},
    ...(at && {
      locations: [
        {
          physicalLocation: {
            artifactLocation: addressOf(at.file, context.root),
            region: {startLine: at.line, startColumn: at.column},
          },
          ...(at.pointer !== '' && {logicalLocations: [{fullyQualifiedName: at.pointer, kind: 'member'}]}),
        },
      ],
      partialFingerprints: {'place/v1': fingerprint(issue, context.root)},
    }),
    ...(fixes.length > 0 && {fixes: fixes.map((fix) => fixOf(fix, context.root))}),
  };
}

/** Relative to the root where it is below it. */
function addressOf(file: string, root: string): JsonObject {
  const path = relative(root, file);
  if (path === '' || path.startsWith('..') || isAbsolute(path)) return {uri: pathToFileURL(file).href};
  return {uri: path.split(sep).map(encodeURIComponent).join('/'), uriBaseId: 'ROOT'};
}

/** The same for the same fault when lines above it come and go. */
function fingerprint({jobwireCode, detail, at}: Issue, root: string): string {
  const parts = [jobwireCode, at ? addressOf(at.file, root)['uri'] : '', at?.pointer, detail];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

function fixOf({file, line, column, from, to}: Fix, root: string): Json {
  return {
    description: {text: `${from} → ${to}`},
    artifactChanges: [
      {
        artifactLocation: addressOf(file, root),
        replacements: [
          {
            deletedRegion: {startLine: line, startColumn: column, endLine: line, endColumn: column + from.length},
            insertedContent: {text: to},
          },
        ],
      },
    ],
  };
}
