/** Adds schemas to the settings of an editor, as text: what stands there stays as it is. Must never read or write a file. */
import {parseDocument} from '../manifest/document.ts';
import {isObject, type JsonObject, own} from '../values/json.ts';
import {offsetOf} from './text.ts';

export interface SchemaEntry {
  readonly fileMatch: string[];
  readonly url: string;
}

const key = 'json.schemas';

/** The settings with the entries that are missing; undefined when the text is not strict JSON, as with comments. */
export function addSchemas(settings: string | undefined, entries: readonly SchemaEntry[]): string | undefined {
  const text = settings?.trim() ? settings : '{}\n';
  const {document} = parseDocument('settings.json', Buffer.from(text));
  if (!document || !isObject(document.value)) return undefined;
  const present = own(document.value, key);
  if (present !== undefined && !Array.isArray(present)) return undefined;
  const missing = entries.filter(({url}) => !present?.some((entry) => own(entry, 'url') === url));
  if (missing.length === 0) return text;
  const step = /^([ \t]+)"/m.exec(text)?.[1] ?? '  ';
  const at = offsetOf(text, document.locate(present ? `/${key}` : '')) + 1;
  const added = present ? rows(missing, step, present.length) : member(missing, step, document.value);
  return text.slice(0, at) + added + text.slice(at);
}

/** Before the rows that are there. */
function rows(entries: readonly SchemaEntry[], step: string, others: number): string {
  const lines = entries.map((entry) => `\n${step}${step}${JSON.stringify(entry)}`).join(',');
  return others > 0 ? `${lines},` : `${lines}\n${step}`;
}

/** Before the members that are there. */
function member(entries: readonly SchemaEntry[], step: string, settings: JsonObject): string {
  const more = Object.keys(settings).length > 0;
  return `\n${step}"${key}": [${rows(entries, step, 0)}]${more ? ',' : '\n'}`;
}
