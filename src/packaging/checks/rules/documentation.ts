/** Rules about the README of a unit: what a person needs between finding it and a run that works. */
import {join} from 'node:path';
import {connectionParts} from '../../../manifest/parts.ts';
import {isObject} from '../../../values/json.ts';
import {allRows} from '../facts.ts';
import {inText, ofFile} from '../places.ts';
import {headingsOf, namesCode} from '../readme.ts';
import {inConnector, inTemplate, inUnit, type WithReadme} from '../readme-looking.ts';
import {everything, type Found, type Row, wholePackage} from '../rule.ts';
import {type TextFile, textFiles, type UnitPart} from '../subject.ts';

function section(words: RegExp, problem: string): (part: WithReadme<UnitPart>) => Found[] {
  return ({readme}) => (headingsOf(readme.text).some(({text}) => words.test(text)) ? [] : [inText(readme, 0, problem)]);
}

/** One finding with all that is missing: a list is mended in one go. */
function named(readme: TextFile, what: string, names: readonly string[]): Found[] {
  const missing = names.filter((name) => !namesCode(readme.text, name));
  return missing.length === 0 ? [] : [inText(readme, 0, `the README does not name ${what} ${missing.join(', ')}`)];
}

export const documentationRules: readonly Row[] = [
  {
    id: 'PC201',
    title: 'there is a README',
    levels: 'warning/error/error',
    why: 'nobody connects a system without knowing where to click',
    fix: 'write README.md beside the manifest',
    ...everything(({pack, dir, files, connectors, templates}) => [
      ...(pack && !files.some(({path}) => path === 'README.md')
        ? [ofFile({file: join(dir, 'README.md')}, 'the package has no README.md')]
        : []),
      ...[...connectors, ...templates].flatMap(({readme, unit}) =>
        readme ? [] : [ofFile({file: join(unit.dir, 'README.md')}, `${unit.id} has no README.md`)],
      ),
    ]),
  },
  {
    id: 'PC202',
    title: 'the README begins with the title, as its only heading of the first level',
    levels: 'info/warning/warning',
    why: 'a page has one name, the one that lists show',
    fix: 'begin with "# <title>" and use ## below',
    ...inUnit(({readme, manifest}) => {
      const tops = headingsOf(readme.text).filter(({level}) => level === 1);
      if (tops[0]?.offset !== 0 || tops[0].text !== manifest.title)
        return [inText(readme, 0, `the first line is not "# ${manifest.title}"`)];
      return tops
        .slice(1)
        .map(({offset, text}) => inText(readme, offset, `${text} is a second heading of the first level`));
    }),
  },
  {
    id: 'PC203',
    title: 'the README says how to set it up',
    levels: 'warning/error/error',
    why: 'it is the first thing everybody needs',
    fix: 'add the section "Set-up" (for templates "Before you use it")',
    ...inUnit(
      section(
        /^(set-?up|setting up|before you use|install|getting started|how to connect)/i,
        'there is no section on set-up',
      ),
    ),
  },
  {
    id: 'PC204',
    title: 'the README names every event',
    levels: 'warning/warning/error',
    why: 'templates are written from this list',
    fix: 'add a table of events',
    ...inConnector(({readme, manifest}) => named(readme, 'the events', Object.keys(manifest.events ?? {}))),
  },
  {
    id: 'PC205',
    title: 'the README names every action',
    levels: 'warning/warning/error',
    why: 'templates are written from this list',
    fix: 'add a section on each action, with an input',
    ...inConnector(({readme, manifest}) => named(readme, 'the actions', Object.keys(manifest.actions ?? {}))),
  },
  {
    id: 'PC206',
    title: 'the README names every job kind',
    levels: 'warning/warning/error',
    why: 'people want to know what can be followed and stopped',
    fix: 'say what status, stop and the other verbs do for it',
    ...inConnector(({readme, manifest}) => named(readme, 'the job kinds', Object.keys(manifest.jobs ?? {}))),
  },
  {
    id: 'PC207',
    title: 'the README names every host, setting and secret',
    levels: 'warning/warning/error',
    why: 'who opens a firewall or asks for a credential reads it there',
    fix: 'add a table of hosts, settings and secrets',
    ...inConnector(({readme, manifest}) => [
      ...named(
        readme,
        'the hosts',
        manifest.permissions.hosts.map((host) => host.replace(/^connection:/, '').replace(/^\*\./, '')),
      ),
      ...connectionParts(manifest).flatMap(({part}) => [
        ...named(
          readme,
          'the settings',
          isObject(part.config) && isObject(part.config['properties']) ? Object.keys(part.config['properties']) : [],
        ),
        ...named(readme, 'the secrets', Object.keys(part.secrets ?? {})),
      ]),
    ]),
  },
  {
    id: 'PC208',
    title: 'the README says what to do when something fails',
    levels: 'warning/error/error',
    why: 'the person who is called at night has no time to guess',
    fix: 'add the section "When something fails"',
    ...inConnector(
      section(/(when something fails|troubleshoot|errors|problems|if it fails)/i, 'there is no section on failures'),
    ),
  },
  {
    id: 'PC209',
    title: 'the README explains the codes of the connector',
    levels: 'info/warning/warning',
    why: 'the code is what people search for',
    fix: 'add each code to the table of failures',
    ...inConnector(({readme, manifest}) => {
      const codes = allRows(manifest).flatMap(({row: {code}}) => code ?? []);
      return named(readme, 'the codes', [...new Set(codes)]);
    }),
  },
  {
    id: 'PC210',
    title: 'the README says whose trademark the name is',
    levels: 'info/error/warning',
    why: 'readers must not think the vendor made or checked it',
    fix: 'add: "<Name> is a trademark of <owner>. This connector is not made by <owner>."',
    ...inConnector(({readme, manifest}) =>
      manifest.listing?.categories.includes('generic') ||
      /trademark|not (made|endorsed|affiliated|supported)/i.test(readme.text)
        ? []
        : [inText(readme, 0, 'nothing is said about the trademark')],
    ),
  },
  {
    id: 'PC211',
    title: 'the README says what the connector cannot do',
    levels: 'off/info/warning',
    why: 'a limit that is met in production costs more than one that is read',
    fix: 'add the section "Limits"',
    ...inConnector(
      section(/limit|not (supported|covered|done)|what .* (not|cannot)/i, 'there is no section on limits'),
    ),
  },
  {
    id: 'PC217',
    title: 'the README of a template names its connections',
    levels: 'warning/error/error',
    why: 'they are what an operator has to make first',
    fix: 'list the connections with what each must be able to do',
    ...inTemplate(({readme, manifest}) => {
      const targets = [manifest.do].flat();
      const names = [
        ...('connection' in manifest.on ? [manifest.on.connection] : []),
        ...targets.flatMap(({connection, onComplete = []}) => [
          connection,
          ...onComplete.map((follow) => follow.connection),
        ]),
      ];
      return named(readme, 'the connections', [...new Set(names)]);
    }),
  },
  {
    id: 'PC218',
    title: 'what is inferred is said in the README',
    levels: 'info/warning/warning',
    why: 'nobody reads evidence entries before trying something',
    fix: 'add a paragraph that begins with "Inferred"',
    ...inConnector(({readme, manifest: {evidence = []}}) =>
      evidence.some(({level}) => level === 'inferred') &&
      !/inferred|assum|not (run|tested|confirmed|verified)/i.test(readme.text)
        ? [inText(readme, 0, 'evidence is inferred, and the README does not say so')]
        : [],
    ),
  },
  {
    id: 'PC219',
    title: 'the README of a package names everything in it',
    levels: 'info/warning/error',
    why: 'it is the page that a catalogue shows',
    fix: 'list the connectors and templates with one sentence each',
    ...wholePackage(({files, pack, connectors, templates}) => {
      const readme = textFiles(files).find(({path}) => path === 'README.md');
      const titles = new Map([...connectors, ...templates].map(({unit, manifest}) => [unit.id, manifest.title]));
      const {connectors: own = [], templates: joined = []} = pack.manifest.contents;
      const missing = [...own, ...joined].filter(
        (id) => readme && !namesCode(readme.text, id) && !readme.text.includes(titles.get(id) ?? id),
      );
      return readme && missing.length > 0 ? [inText(readme, 0, `the README does not name ${missing.join(', ')}`)] : [];
    }),
  },
];
