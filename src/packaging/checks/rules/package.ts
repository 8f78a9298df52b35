/** Rules about a package as a whole: its files and the program it needs. */
import {parse, satisfies, validRange} from 'semver';
import type {Unit} from '../../../manifest/library.ts';
import {defaultLimits, pathProblem} from '../../policy.ts';
import {at, ofFile} from '../places.ts';
import {everything, type Row, wholePackage} from '../rule.ts';
import type {Subject} from '../subject.ts';

const versioned = (subject: Subject): Unit<{version: string}>[] => [
  ...(subject.pack ? [subject.pack] : []),
  ...[...subject.connectors, ...subject.templates].map(({unit}) => unit),
];

export const packageRules: readonly Row[] = [
  {
    id: 'PC951',
    title: 'what contents names is there, and nothing else',
    levels: 'warning/error/error',
    why: 'a folder that is not named is not packed, one that is not there stops the packing',
    fix: 'bring contents and the folders together',
    ...wholePackage(({pack, connectors, templates}) =>
      (
        [
          ['connectors', connectors],
          ['templates', templates],
        ] as const
      ).flatMap(([key, parts]) => {
        const named = pack.manifest.contents[key] ?? [];
        const there = parts.map(({unit}) => unit.id);
        return [
          ...named.flatMap((id, i) =>
            there.includes(id) ? [] : [at(pack, `/contents/${key}/${i}`, `there is no ${key}/${id}`)],
          ),
          ...there
            .filter((id) => !named.includes(id))
            .map((id) => at(pack, '/contents', `${key}/${id} is there and is not named`, {key: true})),
        ];
      }),
    ),
  },
  {
    id: 'PC952',
    title: 'every file may be packed',
    levels: 'error/error/error',
    why: 'a package holds data, text and pictures under names that work everywhere; nothing in it may run',
    fix: 'keep .json, .md, .svg, .png and LICENSE; move the rest out of the folder, and rename what cannot be packed',
    ...everything(({files, kind, id}) =>
      files.flatMap((file) => {
        const problem = pathProblem(kind === 'package' ? file.path : `${kind}s/${id}/${file.path}`);
        return problem === undefined ? [] : [ofFile(file, `${file.path}: ${problem}`)];
      }),
    ),
  },
  {
    id: 'PC953',
    title: 'a package is small',
    levels: 'error/error/error',
    why: 'at most 500 files, 1 MB each and 5 MB together are packed',
    fix: 'shorten samples and cases; they need the fields that are read',
    ...everything(({files, dir}) => {
      const total = files.reduce((sum, {size}) => sum + size, 0);
      return [
        ...(files.length > defaultLimits.files ? [ofFile({file: dir}, `there are ${files.length} files`)] : []),
        ...(total > defaultLimits.totalBytes ? [ofFile({file: dir}, `the files have ${total} bytes together`)] : []),
        ...files
          .filter(({size}) => size > defaultLimits.fileBytes)
          .map((file) => ofFile(file, `${file.path} has ${file.size} bytes`)),
      ];
    }),
  },
  {
    id: 'PC954',
    title: 'paths differ by more than capital letters',
    levels: 'error/error/error',
    why: 'on some systems they are one file',
    fix: 'rename one of them',
    ...everything(({files}) =>
      files.flatMap((file, i) => {
        const twin = files.slice(0, i).find(({path}) => path.toLowerCase() === file.path.toLowerCase());
        return twin ? [ofFile(file, `${file.path} and ${twin.path} are one on some systems`)] : [];
      }),
    ),
  },
  {
    id: 'PC955',
    title: 'a package says which Jobwire it needs',
    levels: 'info/error/error',
    why: 'an older one would refuse it after installing instead of before',
    fix: 'add requires.runtime, for example ^1.0.0',
    ...wholePackage(({pack}) =>
      pack.manifest.requires?.runtime === undefined
        ? [at(pack, '/requires', 'requires.runtime is missing', {key: true})]
        : [],
    ),
  },
  {
    id: 'PC956',
    title: 'the Jobwire that checks the package may run it',
    levels: 'warning/error/error',
    why: 'a range that leaves out the version it was tried with was not tried',
    fix: 'widen requires.runtime, or check with a version that it names',
    ...wholePackage(({pack, runtime}) => {
      const range = pack.manifest.requires?.runtime;
      if (range === undefined) return [];
      if (validRange(range) === null) return [at(pack, '/requires/runtime', `${range} is no range of versions`)];
      return satisfies(runtime, range, {includePrerelease: true})
        ? []
        : [at(pack, '/requires/runtime', `${range} leaves out this version, ${runtime}`)];
    }),
  },
  {
    id: 'PC957',
    title: 'versions are 1.0.0 or later, and final',
    levels: 'off/error/warning',
    why: 'before 1.0.0 every version may break everything; operators cannot choose a range',
    fix: 'publish 1.0.0 when names and meanings shall hold',
    ...everything((subject) =>
      versioned(subject).flatMap((unit) => {
        const version = parse(unit.manifest.version);
        if (!version || (version.major > 0 && version.prerelease.length === 0)) return [];
        return [
          at(unit, '/version', `${unit.manifest.version} is ${version.major > 0 ? 'not final' : 'before 1.0.0'}`),
        ];
      }),
    ),
  },
];
