/** Rules about what is copied or followed from a README: JSON, connection files, links, samples. */
import {existsSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {connectionParts, members} from '../../../manifest/parts.ts';
import {isObject} from '../../../values/json.ts';
import {inText, ofFile, replaceIn} from '../places.ts';
import {connectionsIn, jsonBlocks, linksOf} from '../readme.ts';
import {inConnector} from '../readme-looking.ts';
import {eachConnector, everything, type Row} from '../rule.ts';
import {textFiles} from '../subject.ts';

export const exampleRules: readonly Row[] = [
  {
    id: 'PC212',
    title: 'JSON in the README is JSON',
    levels: 'warning/error/error',
    why: 'it is copied',
    fix: 'write it so that it parses, or take the word json away',
    ...everything(({files}) =>
      textFiles(files)
        .filter(({path}) => path.endsWith('.md'))
        .flatMap((file) =>
          jsonBlocks(file).flatMap(({offset, problem}) =>
            problem === undefined ? [] : [inText(file, offset, `the block does not parse: ${problem}`)],
          ),
        ),
    ),
  },
  {
    id: 'PC213',
    title: 'the README shows a connection file',
    levels: 'info/warning/warning',
    why: 'it is the one file everybody has to write',
    fix: 'show a whole connection: "kind": "connection", "connector", "config", "secrets"',
    ...inConnector(({readme, unit}) =>
      connectionsIn(readme, unit.id).length > 0 ? [] : [inText(readme, 0, 'there is no connection file to copy')],
    ),
  },
  {
    id: 'PC214',
    title: 'the connection that the README shows fits the connector',
    levels: 'warning/error/error',
    why: 'it is copied',
    fix: 'use variants, settings and secrets that the connector has',
    ...inConnector(({readme, unit, manifest}) => {
      const parts = connectionParts(manifest);
      const known = {
        config: new Set(
          parts.flatMap(({part}) =>
            isObject(part.config) && isObject(part.config['properties']) ? Object.keys(part.config['properties']) : [],
          ),
        ),
        secrets: new Set(parts.flatMap(({part}) => Object.keys(part.secrets ?? {}))),
      };
      return connectionsIn(readme, unit.id).flatMap(({value, offset}) =>
        (['config', 'secrets'] as const).flatMap((key) =>
          Object.keys(isObject(value[key]) ? value[key] : {}).flatMap((name) =>
            known[key].has(name) ? [] : [inText(readme, offset, `the connector has no ${name} in ${key}`)],
          ),
        ),
      );
    }),
  },
  {
    id: 'PC215',
    title: 'links to other files lead somewhere',
    levels: 'warning/error/error',
    why: 'a link that leads nowhere says that nobody read the page',
    fix: 'mend the path; what lies outside the package needs a full address',
    ...everything(({files}) =>
      textFiles(files)
        .filter(({path}) => path.endsWith('.md'))
        .flatMap((file) =>
          linksOf(file.text).flatMap(({target, offset}) => {
            const path = target.split('#')[0] ?? '';
            if (path === '' || /^[a-z][a-z0-9+.-]*:/i.test(target)) return [];
            return existsSync(join(dirname(file.file), decodeURIComponent(path)))
              ? []
              : [inText(file, offset, `${target} does not exist`)];
          }),
        ),
    ),
  },
  {
    id: 'PC216',
    title: 'links begin with https://',
    levels: 'info/warning/warning',
    why: 'what comes over http can be changed on the way',
    fix: 'write https://',
    mends: true,
    ...everything(({files}) =>
      textFiles(files)
        .filter(({path}) => path.endsWith('.md'))
        .flatMap((file) =>
          linksOf(file.text).flatMap(({target, offset}) =>
            /^http:\/\/(?!localhost|127\.|\[::1\])/.test(target)
              ? [inText(file, offset, `${target} is not https`, replaceIn(file, offset, {length: 5, to: 'https:'}))]
              : [],
          ),
        ),
    ),
  },
  {
    id: 'PC220',
    title: 'samples say where they are from',
    levels: 'info/warning/warning',
    why: 'a payload captured from a real account is somebody’s data',
    fix: 'write samples/README.md: written for this, or whose, under which licence',
    ...eachConnector(({files, unit}) => {
      const samples = files.filter(({path}) => /^samples\/.*\.json$/.test(path));
      const said = files.some(({path}) => /^samples\/(README|NOTICE|LICENSE)(\.md)?$/.test(path));
      return samples.length === 0 || said
        ? []
        : [ofFile({file: join(unit.dir, 'samples', 'README.md')}, 'nothing says where the samples are from')];
    }),
  },
  {
    id: 'PC221',
    title: 'the README shows what goes into each action',
    levels: 'off/info/warning',
    why: 'an input that can be copied saves reading a schema',
    fix: 'show one input as JSON for each action, or one for a group that is alike',
    ...inConnector(({readme, manifest}) =>
      members(manifest.actions, '/actions').length === 0 ||
      jsonBlocks(readme).some(({value}) => isObject(value) && value['kind'] === undefined)
        ? []
        : [inText(readme, 0, 'no input of an action is shown')],
    ),
  },
];
