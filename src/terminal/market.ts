/** What is installed, offered and found, as text. Shows what it is given, nothing else. */
import {describeWidening, type Widening} from '../packaging/permissions.ts';
import type {Assessment, Break} from '../packaging/registry/assess.ts';
import type {AuditFinding} from '../packaging/registry/audit.ts';
import type {Found} from '../packaging/registry/client.ts';
import type {Offer} from '../packaging/registry/offer.ts';
import type {Restored} from '../packaging/registry/restore.ts';
import type {Plan} from '../packaging/registry/update.ts';
import {showPermissions} from './packages.ts';
import {indent, shorten, table, when} from './text.ts';

/** Everything a person needs for a yes or a no. */
export function showAssessment(assessment: Assessment, now: number): string {
  const {offer, before, permissions, widened, likenesses, breaks, replaces, trusts} = assessment;
  const facts: [string, string][] = [
    ['from', offer.source.replace(/^registry:/, '')],
    ['signer', describeSigner(offer)],
    ...publishedFact(offer, now),
    ...(offer.publisher ? [['built by', offer.publisher.subject] as [string, string]] : []),
    ...(trusts
      ? [['trusts', `${trusts.id} from now on, for ${trusts.key.scopes?.join(', ')}`] as [string, string]]
      : []),
    ...(replaces.length > 0 ? [['replaces', replaces.join(', ')] as [string, string]] : []),
    ...likenesses.map(({why}): [string, string] => ['warning', why]),
    ...(offer.release?.deprecated === undefined
      ? []
      : [['warning', `deprecated: ${offer.release.deprecated}`] as [string, string]]),
  ];
  const head = before ? `${offer.id} ${before.version} → ${offer.version}` : `${offer.id} ${offer.version}`;
  return [
    `${head}  ${offer.manifest.title}`,
    ...facts.map(([name, text]) => `  ${name.padEnd(9)} ${text}`),
    ...(before ? [indent(showWidening(widened))] : [indent(showPermissions(permissions))]),
    ...showBreaks(breaks),
  ].join('\n');
}

function describeSigner({verdict: {state, signer}}: Offer): string {
  if (!signer) return 'nobody: it is not signed';
  return `${signer.name === undefined ? '' : `${signer.name}, `}${signer.key} (${state}), ${signer.signedAt}`;
}

function publishedFact({release}: Offer, now: number): [string, string][] {
  if (release?.publishedAt === undefined) return [];
  const hours = Math.max(0, Math.floor((now - release.publishedAt) / 3_600_000));
  const age = hours < 72 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`;
  return [['published', `${when(release.publishedAt)} (${age})${release.publisher ? ` by ${release.publisher}` : ''}`]];
}

function showWidening(widened: readonly Widening[]): string {
  if (widened.length === 0) return 'it asks for nothing new';
  return ['new permissions', ...widened.map((one) => `  + ${describeWidening(one)}`)].join('\n');
}

function showBreaks(breaks: readonly Break[]): string[] {
  return breaks.flatMap(({connector, changes, broken}) => [
    `  connector ${connector} breaks`,
    ...changes.map(({text}) => `    ${text}`),
    ...broken.map(({kind, id, issues, because}) => {
      const why = [...issues.map(({code, detail}) => `${code} ${detail}`), ...because];
      return `    ${kind} ${id}: ${why.join('; ')}`;
    }),
  ]);
}

export function tableOfFound(found: readonly Found[]): string {
  return table(
    ['package', 'version', 'summary', 'publisher', 'date'],
    found.map(({name, version, summary, publisher, date}) => [
      name,
      version,
      shorten(summary, 60),
      shorten(publisher, 30),
      date.slice(0, 10),
    ]),
  );
}

export function tableOfRestored(restored: readonly Restored[]): string {
  return table(
    ['package', 'version', 'outcome', 'why'],
    restored.map(({id, version, outcome, problem}) => [
      id,
      version,
      outcome,
      problem ? `${problem.code} ${problem.detail}` : '',
    ]),
  );
}

/** Why a package stays as it is. */
export function describePlan({id, installed, tooNew, beyond, local}: Plan): string {
  const notes = [
    ...(local ? ['not from a registry'] : []),
    ...(tooNew.length > 0
      ? [`${tooNew.map(({version}) => version).join(', ')} too new: name the version, or say --cooldown 0h`]
      : []),
    ...(beyond === undefined ? [] : [`${beyond} is outside its range: jobwire update ${id}@${beyond}`]),
  ];
  return `${id} ${installed}  ${notes.length > 0 ? notes.join('; ') : 'is up to date'}`;
}

export function tableOfAudit(found: readonly AuditFinding[]): string {
  return table(
    ['package', 'version', 'level', 'about', 'finding'],
    found.map(({package: id, version, level, about, code, text}) => [
      id,
      version,
      level,
      about,
      `${code === undefined ? '' : `${code} `}${text}`,
    ]),
  );
}
