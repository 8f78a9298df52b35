/** What a rule of the publish check is: a numbered row with its reasons and one function. Must never know which rules there are. */
import type {Place} from '../../errors/jobwire-error.ts';
import type {ConnectorPart, Subject, TemplatePart, UnitPart} from './subject.ts';

export type Level = 'off' | 'info' | 'warning' | 'error';

/** Everyday work, an entry in a marketplace, and all that can be asked for. */
export const profiles = ['default', 'marketplace', 'strict'] as const;
export type Profile = (typeof profiles)[number];

export const themes = [
  'manifest',
  'listing',
  'documentation',
  'cases',
  'descriptions',
  'disclosure',
  'operations',
  'language',
  'feeds',
  'templates',
  'package',
] as const;
export type Theme = (typeof themes)[number];

/** One replacement in the text of a file. */
export interface Edit {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly to: string;
}

/** What a rule found. The edits together mend it without anybody's judgement. */
export interface Found {
  readonly at: Place;
  readonly problem: string;
  readonly edits?: readonly Edit[];
}

/** What a rule looks at; a rule that has nothing to look at is neither met nor broken. */
export type Scope = 'package' | 'connector' | 'template' | 'unit' | 'all';

export interface Looking {
  readonly of: Scope;
  check(subject: Subject): readonly Found[];
}

export interface Row extends Looking {
  readonly id: `PC${number}`;
  /** What must hold. */
  readonly title: string;
  /** By profile, in the order of `profiles`. */
  readonly levels: `${Level}/${Level}/${Level}`;
  readonly why: string;
  readonly fix: string;
  /** `--fix` mends it where that needs no judgement. */
  readonly mends?: true;
}

export interface Rule extends Row {
  readonly theme: Theme;
}

export function levelOf({levels}: Row, profile: Profile): Level {
  return levels.split('/')[profiles.indexOf(profile)] as Level;
}

export function eachConnector(look: (part: ConnectorPart, subject: Subject) => readonly Found[]): Looking {
  return {of: 'connector', check: (subject) => subject.connectors.flatMap((part) => look(part, subject))};
}

export function eachTemplate(look: (part: TemplatePart, subject: Subject) => readonly Found[]): Looking {
  return {of: 'template', check: (subject) => subject.templates.flatMap((part) => look(part, subject))};
}

export function eachUnit(look: (part: UnitPart, subject: Subject) => readonly Found[]): Looking {
  return {
    of: 'unit',
    check: (subject) => [...subject.connectors, ...subject.templates].flatMap((part) => look(part, subject)),
  };
}

export function wholePackage(look: (subject: PackageSubject) => readonly Found[]): Looking {
  return {of: 'package', check: (subject) => (isPackage(subject) ? look(subject) : [])};
}

export type PackageSubject = Subject & {readonly pack: NonNullable<Subject['pack']>};

function isPackage(subject: Subject): subject is PackageSubject {
  return subject.pack !== undefined;
}

export function everything(look: (subject: Subject) => readonly Found[]): Looking {
  return {of: 'all', check: look};
}

/** Whether the rule has anything to look at. */
export function concerns({of}: Looking, {pack, connectors, templates}: Subject): boolean {
  if (of === 'package') return pack !== undefined;
  if (of === 'connector') return connectors.length > 0;
  if (of === 'template') return templates.length > 0;
  return true;
}
