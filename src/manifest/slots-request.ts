/** The slots of one HTTP request, wherever it stands. */
import type {Dialect, Place} from '../expressions/check.ts';
import type {Request} from '../generated/types.ts';
import {isObject} from '../values/json.ts';
import type {Slot} from './slots.ts';

/** Query entries that are OData by their name. */
const byName: Readonly<Record<string, Dialect>> = {$filter: 'odata', $orderby: 'odata', $search: 'odata'};

/** Secrets may stand in headers and body, never in the address. */
export function requestSlots(request: Request, pointer: string, place: Place): Slot[] {
  const {path, url, query, headers, body, dialects = {}} = request;
  const quiet = {...place, secrets: true};
  const slot = (key: string, value: unknown, more: Partial<Place>): Slot => ({
    pointer: `${pointer}/${key}`,
    value,
    place: {...place, ...more},
  });
  const slots = [
    slot('path', path, {context: 'path'}),
    slot('url', url, {context: 'url'}),
    slot('query', query, {context: 'query', dialects: {...byName, ...dialects}}),
    slot('headers', headers, {...quiet, context: 'header'}),
  ];
  if (!body) return slots;
  const {json, form, multipart, text, bytes, contentType} = body;
  return [
    ...slots,
    slot('body/json', json, {...quiet, context: 'json', ...(isObject(json) && {dialects})}),
    slot('body/form', form, {...quiet, context: 'form', dialects}),
    slot('body/multipart', multipart, {...quiet, expect: {type: 'array'}}),
    slot('body/text', text, {...quiet, context: 'text'}),
    slot('body/bytes', bytes, {...quiet}),
    slot('body/contentType', contentType, {context: 'text'}),
  ];
}
