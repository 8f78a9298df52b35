/** Rules about the files themselves: that they pass the check, keep their form and ask for no more than they use. */

import {unreadNames} from '../../../manifest/unused.ts';
import {isObject, type Json} from '../../../values/json.ts';
import {admitsHost, callsGivenAddresses, hostsInUse} from '../facts.ts';
import {keyOrderEdits, schemaEdits} from '../member-edits.ts';
import {at, inText, replaceString} from '../places.ts';
import {eachConnector, everything, type Found, type Row} from '../rule.ts';
import {ownTexts, type Subject, textFiles} from '../subject.ts';

/** Manifests of the subject that have a format of their own. */
function manifests({pack, connectors, templates}: Subject) {
  return [...(pack ? [pack] : []), ...[...connectors, ...templates].map(({unit}) => unit)];
}

/** Faults of the check that have a rule of their own here. */
const elsewhere = (pointer: string | undefined): boolean =>
  /\/secrets\/[^/]+$|\/verify\/\d+\/scheme$/.test(pointer ?? '');

function checkIssues({issues, dir}: Subject, severity: 'error' | 'warning'): Found[] {
  return issues
    .filter((issue) => issue.severity === severity && !(severity === 'warning' && elsewhere(issue.at?.pointer)))
    .map(({at: place, code, detail}) => ({
      at: place ?? {file: dir, pointer: '', line: 1, column: 1},
      problem: `${code} ${detail}`,
    }));
}

const headKeys = ['$schema', '$comment', 'jobwire', 'kind', 'id', 'version', 'title', 'summary'];

function headOrder(value: Json): boolean {
  const keys = isObject(value) ? Object.keys(value) : [];
  const head = headKeys.filter((key) => keys.includes(key));
  return head.every((key, i) => keys[i] === key);
}

export const manifestRules: readonly Row[] = [
  {
    id: 'PC001',
    title: 'the manifests pass jobwire check',
    levels: 'error/error/error',
    why: 'nothing runs on a manifest that the check refuses',
    fix: 'run jobwire check, and jobwire check --fix for slips',
    ...everything((subject) => checkIssues(subject, 'error')),
  },
  {
    id: 'PC002',
    title: 'jobwire check has no warning',
    levels: 'warning/error/error',
    why: 'a warning that everybody sees after installing hides the next one',
    fix: 'mend what the warning says',
    ...everything((subject) => checkIssues(subject, 'warning')),
  },
  {
    id: 'PC003',
    title: 'each manifest names its schema',
    levels: 'info/warning/warning',
    why: 'editors complete and check a file that says "$schema"',
    fix: 'add "$schema" as the first key',
    mends: true,
    ...everything((subject) =>
      manifests(subject).flatMap((unit) =>
        isObject(unit.document.value) && !Object.hasOwn(unit.document.value, '$schema')
          ? [at(unit, '', 'there is no "$schema"', {edits: schemaEdits(unit)})]
          : [],
      ),
    ),
  },
  {
    id: 'PC004',
    title: 'a manifest begins with jobwire, kind, id, version, title, summary',
    levels: 'info/info/warning',
    why: 'who opens any manifest finds what it is in the same lines',
    fix: 'move these keys to the top, in this order',
    mends: true,
    ...everything((subject) =>
      manifests(subject).flatMap((unit) =>
        headOrder(unit.document.value)
          ? []
          : [at(unit, '', 'the first keys stand in another order', {edits: keyOrderEdits(unit, headKeys)})],
      ),
    ),
  },
  {
    id: 'PC005',
    title: 'no line ends with blanks',
    levels: 'info/warning/warning',
    why: 'editors remove them, and every later change touches lines it does not mean',
    fix: 'remove blanks at the end of lines',
    mends: true,
    ...everything(({files}) =>
      ownTexts(files).flatMap((file) => {
        const ends = [...file.text.matchAll(/[ \t]+(?=\r?\n|$)/g)];
        const [first] = ends;
        const edits = ends.map(({index, 0: blanks}) => ({
          file: file.file,
          start: index,
          end: index + blanks.length,
          to: '',
        }));
        return first ? [inText(file, first.index, `${ends.length} lines end with blanks`, edits)] : [];
      }),
    ),
  },
  {
    id: 'PC006',
    title: 'a text file ends with one line break',
    levels: 'info/warning/warning',
    why: 'tools that join files, and people who compare them, count on it',
    fix: 'end the file with exactly one line break',
    mends: true,
    ...everything(({files}) =>
      ownTexts(files).flatMap((file) => {
        const body = file.text.replace(/(\r?\n)+$/, '');
        if (file.text === '' || file.text === `${body}\n` || file.text === `${body}\r\n`) return [];
        const edit = {file: file.file, start: body.length, end: file.text.length, to: '\n'};
        return [inText(file, body.length, 'the file does not end with exactly one line break', [edit])];
      }),
    ),
  },
  {
    id: 'PC007',
    title: 'lines end with LF',
    levels: 'warning/warning/warning',
    why: 'the same text packed on another machine would have another digest',
    fix: 'write the file with LF',
    mends: true,
    ...everything(({files}) =>
      ownTexts(files).flatMap((file) => {
        const ends = [...file.text.matchAll(/\r\n?/g)];
        const [first] = ends;
        const edits = ends.map(({index, 0: end}) => ({
          file: file.file,
          start: index,
          end: index + end.length,
          to: '\n',
        }));
        return first ? [inText(file, first.index, 'lines end with CR', edits)] : [];
      }),
    ),
  },
  {
    id: 'PC008',
    title: 'no note of unfinished work is left',
    levels: 'warning/error/error',
    why: 'it says to everybody who reads it that this is not finished',
    fix: 'do it, or take the note out',
    ...everything(({files}) =>
      textFiles(files).flatMap((file) =>
        [...file.text.matchAll(/\b(TODO|FIXME|XXX|HACK|TBD)\b(?=[:\s"(.])/g)]
          .slice(0, 5)
          .map(({index, 0: word}) => inText(file, index, `${word} is left in the text`)),
      ),
    ),
  },
  {
    id: 'PC009',
    title: 'permitted hosts are sorted',
    levels: 'info/info/warning',
    why: 'who reviews an upgrade sees an added host at once',
    fix: 'sort permissions.hosts: hosts first, then connection: entries',
    mends: true,
    ...eachConnector(({unit, manifest: {permissions}}) => {
      const sorted = [...permissions.hosts].sort(byHost);
      const edits = sorted.flatMap((host, i) =>
        host === permissions.hosts[i] ? [] : replaceString(unit, `/permissions/hosts/${i}`, host),
      );
      return edits.length === 0 ? [] : [at(unit, '/permissions/hosts', `the order is ${sorted.join(', ')}`, {edits})];
    }),
  },
  {
    id: 'PC010',
    title: 'every permitted host is used',
    levels: 'warning/error/error',
    why: 'a permission that nothing needs is one more address for a fault or an attack to use',
    fix: 'take the host out of permissions.hosts',
    ...eachConnector(({unit, manifest}) => {
      const {hosts, settings} = hostsInUse(manifest);
      if (callsGivenAddresses(manifest)) return [];
      return manifest.permissions.hosts.flatMap((entry, i) => {
        const setting = /^connection:(.+)$/.exec(entry)?.[1];
        const used = setting === undefined ? [...hosts].some((host) => admitsHost(entry, host)) : settings.has(setting);
        return used ? [] : [at(unit, `/permissions/hosts/${i}`, `${entry} is permitted and no address uses it`)];
      });
    }),
  },
  {
    id: 'PC011',
    title: 'no permission covers hosts that anybody can have',
    levels: 'warning/error/error',
    why: 'below a shared domain every customer of the hoster has a name',
    fix: 'name the exact host, or make it a setting and permit connection:<setting>',
    ...eachConnector(({unit, manifest: {permissions}}) =>
      permissions.hosts.flatMap((entry, i) =>
        shared.test(entry) ? [at(unit, `/permissions/hosts/${i}`, `anybody can have a host that ${entry} covers`)] : [],
      ),
    ),
  },
  {
    id: 'PC012',
    title: 'every secret is used',
    levels: 'warning/error/error',
    why: 'nobody hands out a credential that nothing needs',
    fix: 'take the secret out of the connection',
    ...eachConnector(({unit, manifest}) =>
      unreadNames(manifest)
        .filter(({facts}) => facts['what'] === 'secret')
        .map(({pointer, facts}) => at(unit, pointer, `no expression reads the secret ${facts['name']}`, {key: true})),
    ),
  },
];

function byHost(a: string, b: string): number {
  const late = (entry: string): number => (entry.startsWith('connection:') ? 1 : 0);
  return late(a) - late(b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** Domains whose names are handed out to customers, by https://publicsuffix.org, and tunnels. */
const sharedDomains = [
  'ngrok(-free)?\\.(io|app|dev)',
  'trycloudflare\\.com',
  'loca\\.lt',
  'herokuapp\\.com',
  'azurewebsites\\.net', // https://publicsuffix.org/list/
  'cloudfront\\.net',
  'vercel\\.app',
  'netlify\\.app',
  'pages\\.dev',
  'workers\\.dev',
  'web\\.app',
  'firebaseapp\\.com',
  'onrender\\.com',
  'fly\\.dev',
  'appspot\\.com',
  'run\\.app',
  's3\\.amazonaws\\.com',
  'execute-api\\.[a-z0-9-]+\\.amazonaws\\.com',
];
const shared = new RegExp(`^\\*\\.(.*\\.)?(${sharedDomains.join('|')})$`);
