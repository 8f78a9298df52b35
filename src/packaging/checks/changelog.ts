/** A changelog in the form of Keep a Changelog, as rules read it. Must never judge it. */
import {headingsOf} from './readme.ts';
import {type Found, type Looking, type PackageSubject, wholePackage} from './rule.ts';
import {type Subject, type TextFile, textFiles} from './subject.ts';

export interface Release {
  /** Undefined for "Unreleased". */
  readonly version?: string;
  readonly date?: string;
  readonly offset: number;
  /** Heading as it is written. */
  readonly heading: string;
  /** Added, Changed … with the words below each. */
  readonly sections: ReadonlyMap<string, string>;
}

const form = /^\[?(\d+\.\d+\.\d+[^\]\s]*)\]?(?:\([^)]*\))?(?:\s+-\s+(\d{4}-\d{2}-\d{2}))?(?:\s+\[YANKED\])?$/;

export function releasesOf(text: string): Release[] {
  const headings = headingsOf(text);
  const releases = headings.filter(({level}) => level === 2);
  return releases.map(({offset, text: heading}, i) => {
    const end = releases[i + 1]?.offset ?? text.length;
    const parts = headings.filter((one) => one.level === 3 && one.offset > offset && one.offset < end);
    const [, version, date] = form.exec(heading) ?? [];
    return {
      offset,
      heading,
      ...(version !== undefined && {version}),
      ...(date !== undefined && {date}),
      sections: new Map(
        parts.map((part, j) => [
          part.text,
          text
            .slice(part.offset, parts[j + 1]?.offset ?? end)
            .split('\n')
            .slice(1)
            .join('\n')
            .trim(),
        ]),
      ),
    };
  });
}

/** The kinds of change that https://keepachangelog.com/en/1.1.0/ knows. */
export const kindsOfChange: ReadonlySet<string> = new Set([
  'Added',
  'Changed',
  'Deprecated',
  'Removed',
  'Fixed',
  'Security',
]);

export function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

export function changelogOf({files}: Subject): TextFile | undefined {
  return textFiles(files).find(({path}) => path === 'CHANGELOG.md');
}

/** Only packages must have one; rules about its form have nothing to look at where there is none. */
export function inChangelog(look: (file: TextFile, subject: PackageSubject) => readonly Found[]): Looking {
  return wholePackage((subject) => {
    const file = changelogOf(subject);
    return file ? look(file, subject) : [];
  });
}
