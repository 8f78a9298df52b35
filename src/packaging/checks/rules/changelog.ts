/** Rules about the changelog of a package: its form, and the entry for this version. */
import {join} from 'node:path';
import {compare, parse} from 'semver';
import {changelogOf, inChangelog, isDay, kindsOfChange, releasesOf} from '../changelog.ts';
import {inText, ofFile} from '../places.ts';
import {type Row, wholePackage} from '../rule.ts';

export const changelogRules: readonly Row[] = [
  {
    id: 'PC958',
    title: 'a package has a changelog',
    levels: 'info/error/error',
    why: 'operators read it before they upgrade',
    fix: 'add CHANGELOG.md in the form of https://keepachangelog.com',
    ...wholePackage((subject) =>
      changelogOf(subject) ? [] : [ofFile({file: join(subject.dir, 'CHANGELOG.md')}, 'there is no CHANGELOG.md')],
    ),
  },
  {
    id: 'PC959',
    title: 'the changelog begins with "# Changelog"',
    levels: 'info/warning/warning',
    why: 'programs and people know by it what they read',
    fix: 'put the heading on the first line',
    mends: true,
    ...inChangelog((file) =>
      /^# Changelog\s*$/m.test(file.text.split('\n', 1)[0] ?? '')
        ? []
        : [
            inText(file, 0, 'the first line is not "# Changelog"', [
              {file: file.file, start: 0, end: 0, to: '# Changelog\n\n'},
            ]),
          ],
    ),
  },
  {
    id: 'PC960',
    title: 'the changelog has an entry for this version, with its date',
    levels: 'warning/error/error',
    why: 'it is the entry that people look for',
    fix: 'add "## [x.y.z] - YYYY-MM-DD" with what is new',
    ...inChangelog((file, {pack}) => {
      const entry = releasesOf(file.text).find(({version}) => version === pack.manifest.version);
      if (!entry) return [inText(file, 0, `there is no entry for ${pack.manifest.version}`)];
      if (entry.date === undefined)
        return [inText(file, entry.offset, `the entry for ${pack.manifest.version} has no date`)];
      return entry.sections.size === 0 || [...entry.sections.values()].every((words) => words === '')
        ? [inText(file, entry.offset, `the entry for ${pack.manifest.version} says nothing`)]
        : [];
    }),
  },
  {
    id: 'PC961',
    title: 'dates in the changelog are days that have come',
    levels: 'warning/warning/error',
    why: 'they are compared with the day something broke',
    fix: 'write YYYY-MM-DD',
    ...inChangelog((file, {now}) =>
      releasesOf(file.text).flatMap(({date, offset}) => {
        if (date === undefined) return [];
        if (!isDay(date)) return [inText(file, offset, `${date} is no day`)];
        return Date.parse(`${date}T00:00:00Z`) > now + 86_400_000
          ? [inText(file, offset, `${date} has not come yet`)]
          : [];
      }),
    ),
  },
  {
    id: 'PC962',
    title: 'entries of the changelog have the form and the order of Keep a Changelog',
    levels: 'info/warning/warning',
    why: 'programs and people find the entry between two versions',
    fix: 'newest first: "## [x.y.z] - YYYY-MM-DD", "## Unreleased"; below Added, Changed, Deprecated, Removed, Fixed, Security',
    ...inChangelog((file) => {
      const releases = releasesOf(file.text);
      return releases.flatMap(({version, heading, offset, sections}, i) => {
        const before = releases.slice(0, i).findLast((one) => one.version !== undefined)?.version;
        const odd = [...sections.keys()].find((name) => !kindsOfChange.has(name));
        if (odd !== undefined) return [inText(file, offset, `${odd} is no kind of change`)];
        if (version === undefined)
          return /^\[?unreleased\]?$/i.test(heading) && i === 0
            ? []
            : [inText(file, offset, `${heading} is no version`)];
        if (parse(version) === null) return [inText(file, offset, `${version} is no version`)];
        return before !== undefined && parse(before) !== null && compare(version, before) >= 0
          ? [inText(file, offset, `${version} stands below ${before}`)]
          : [];
      });
    }),
  },
];
