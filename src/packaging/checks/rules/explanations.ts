/** Rules about what people read when something happened or may happen: errors, unclear outcomes, long texts. */
import type {SchemaValue} from '../../../generated/types.ts';
import {connectionParts, members} from '../../../manifest/parts.ts';
import {allRows, unsafeWriteOf} from '../facts.ts';
import {at} from '../places.ts';
import {fieldsOf, said, schemaWords} from '../prose.ts';
import {eachConnector, eachTemplate, type Row} from '../rule.ts';

export const explanationRules: readonly Row[] = [
  {
    id: 'PC412',
    title: 'errors with a code have words',
    levels: 'info/warning/warning',
    why: 'the code alone sends people to a search',
    fix: 'add "message" to the row',
    ...eachConnector(({unit, manifest}) =>
      allRows(manifest).flatMap(({row: {code, message, action}, pointer}) =>
        code === undefined || message !== undefined || action === 'success'
          ? []
          : [at(unit, pointer, `${code} has no message`)],
      ),
    ),
  },
  {
    id: 'PC413',
    title: 'errors that an operator can mend say how',
    levels: 'info/info/warning',
    why: 'whoever reads it can do something about it',
    fix: 'add "hint" to the row: what to set, to grant or to ask for',
    ...eachConnector(({unit, manifest}) =>
      allRows(manifest).flatMap(({row: {code, owner, hint}, pointer}) =>
        code === undefined || owner !== 'operator' || hint !== undefined
          ? []
          : [at(unit, pointer, `${code} has no hint`)],
      ),
    ),
  },
  {
    id: 'PC415',
    title: 'an action that may leave an unclear outcome says so',
    levels: 'warning/error/error',
    why: 'without a way to look it up a person has to decide, and must know before',
    fix: 'add settle or idempotency to the operation, or say in the summary of the action that a run whose answer is lost is held',
    ...eachConnector((part) =>
      members(part.manifest.actions, '/actions').flatMap(({name, value, pointer}) => {
        const write = unsafeWriteOf(part.manifest, name);
        if (!write || write.operation.settle || write.operation.idempotency) return [];
        return /held|at most once|person decides|not (repeated|sent again)|unclear|unknown outcome/i.test(
          value.summary ?? '',
        )
          ? []
          : [
              at(
                part.unit,
                pointer,
                `${write.name} cannot be looked up when its answer is lost, and ${name} does not say so`,
                {key: true},
              ),
            ];
      }),
    ),
  },
  {
    id: 'PC416',
    title: 'the data of a manual start is described',
    levels: 'info/warning/warning',
    why: 'a person types it',
    fix: 'add "description" or "title" to each property of on.manual.data',
    ...eachTemplate(({unit, manifest: {on}}) => {
      if (!('manual' in on)) return [];
      const fields = fieldsOf(on.manual.data as SchemaValue, '/on/manual/data').filter(
        ({schema}) => !said(schema, 'description', 'title'),
      );
      return fields.map(({name, pointer}) => at(unit, pointer, `${name} has no word`, {key: true}));
    }),
  },
  {
    id: 'PC417',
    title: 'descriptions have at most 300 characters',
    levels: 'info/info/warning',
    why: 'they are shown beside a field; more belongs into the README',
    fix: 'shorten it',
    ...eachConnector(({unit, manifest}) =>
      [
        ...members(manifest.actions, '/actions').flatMap(({value, pointer}) =>
          schemaWords(value.input, `${pointer}/input`),
        ),
        ...connectionParts(manifest).flatMap(({part, pointer}) => schemaWords(part.config, `${pointer}/config`)),
      ].flatMap(({kind, text, pointer}) =>
        kind === 'description' && text.length > 300
          ? [at(unit, pointer, `the description has ${text.length} characters`)]
          : [],
      ),
    ),
  },
];
