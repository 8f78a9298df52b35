/** A drafted connector, and what of its definition is not in it, as text. */
import type {Draft} from '../authoring/openapi/draft.ts';
import type {Note} from '../authoring/openapi/model.ts';

const headings: Readonly<Record<Note['kind'], string>> = {
  'left-out': 'Left out',
  changed: 'Changed',
  inferred: 'Taken for granted',
};

/** What is left out comes first; the same reason is told once, with all its places. */
export function showNotes(notes: readonly Note[]): string[] {
  return (Object.keys(headings) as Note['kind'][]).flatMap((kind) => {
    const groups = new Map<string, Note[]>();
    for (const note of notes) if (note.kind === kind) groups.set(note.why, [...(groups.get(note.why) ?? []), note]);
    if (groups.size === 0) return [];
    return ['', `${headings[kind]}:`, ...[...groups].flatMap(([why, group]) => showGroup(why, group))];
  });
}

const mostPlaces = 8;

function showGroup(why: string, group: readonly Note[]): string[] {
  const lines = group.slice(0, mostPlaces).map(({what, pointer}) => `    ${what}  #${pointer}`);
  const more = group.length - lines.length;
  return [`  ${why}`, ...lines, ...(more > 0 ? [`    and ${more} more; --json lists all`] : [])];
}

export function countDrafted({operations, schemas, cases, events, notes}: Draft): string {
  const count = (kind: Note['kind']) => notes.filter((note) => note.kind === kind).length;
  return `${operations.length} operations, ${schemas} schemas, ${cases} cases, ${events.length} events; ${count('left-out')} left out, ${count('changed')} changed, ${count('inferred')} taken for granted`;
}
