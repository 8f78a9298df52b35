/** The closed table of helpers (language reference, section 2.5). Must never be added to at run time. */
import {ExactNumber, type JsonObject} from '../values/json.ts';
import type {Helper} from './helper.ts';
import {absentHelpers} from './helpers-absent.ts';
import {compareHelpers} from './helpers-compare.ts';
import {convertHelpers} from './helpers-convert.ts';
import {dateHelpers} from './helpers-date.ts';
import {encodeHelpers} from './helpers-encode.ts';
import {listHelpers} from './helpers-list.ts';
import {textHelpers} from './helpers-text.ts';

export type {Example, Helper, HelperContext, ParamType, ResultType} from './helper.ts';
export {paramType, paramWords} from './helper.ts';

export const helpers: Readonly<Record<string, Helper>> = {
  ...absentHelpers,
  ...compareHelpers,
  ...textHelpers,
  ...listHelpers,
  ...convertHelpers,
  ...dateHelpers,
  ...encodeHelpers,
};

/** Own rows only: `constructor` is no helper. */
export function helperOf(name: string): Helper | undefined {
  return Object.hasOwn(helpers, name) ? helpers[name] : undefined;
}

/** The roots that the examples of the table are about. */
export const exampleScope: JsonObject = {
  event: {
    data: {
      n: 5,
      nothing: null,
      text: 'a',
      short_text: 'abc',
      id: new ExactNumber('12345678901234567890'),
      tags: {a: 1, b: 2},
    },
  },
  jobs: [
    {id: 7, state: 'ok'},
    {id: 8, state: 'failed'},
  ],
  run: {key: 'jw-aaaaaaaaaaaaaaaaaaaaaaaaaa', now: '2026-01-12T08:15:30Z'},
};
