/** Rules about what people read while they fill in or choose: inputs, settings, secrets, variants, event fields. */
import {connectionParts, jobVerbs, members} from '../../../manifest/parts.ts';
import {inputFields} from '../facts.ts';
import {at} from '../places.ts';
import {type Field, fieldsOf, proseOf, said} from '../prose.ts';
import {eachConnector, eachUnit, type Found, type Row} from '../rule.ts';
import type {ConnectorPart} from '../subject.ts';

/** One finding for each schema, with the names of all fields. */
function silent({unit}: ConnectorPart, fields: readonly Field[], what: string): Found[] {
  const [first] = fields;
  if (!first) return [];
  return [at(unit, first.pointer, `${what}: ${fields.map(({name}) => name).join(', ')}`, {key: true})];
}

/** The schema says what kind of value it is. */
function isTyped({schema}: Field): boolean {
  return ['type', 'enum', 'const', '$ref', 'anyOf', 'oneOf', 'allOf', 'x-jobwire-schema'].some(
    (keyword) => schema[keyword] !== undefined,
  );
}

function configOf(part: ConnectorPart): Field[] {
  return connectionParts(part.manifest).flatMap(({part: {config}, pointer}) => fieldsOf(config, `${pointer}/config`));
}

const inputs = (part: ConnectorPart) =>
  members(part.manifest.actions, '/actions').map(({name, value, pointer}) => ({
    name,
    fields: inputFields(part.manifest, value.input, `${pointer}/input`),
  }));

export const descriptionRules: readonly Row[] = [
  {
    id: 'PC401',
    title: 'every action says in a sentence what it does',
    levels: 'info/warning/warning',
    why: 'the title names it; whether a lost answer is looked up, or a repeat harms, stands here',
    fix: 'add "summary" to the action',
    ...eachConnector(({unit, manifest}) =>
      members(manifest.actions, '/actions').flatMap(({name, value, pointer}) =>
        (value.summary ?? '').trim() === '' ? [at(unit, pointer, `${name} has no summary`, {key: true})] : [],
      ),
    ),
  },
  {
    id: 'PC402',
    title: 'every input of an action is described',
    levels: 'warning/warning/error',
    why: 'forms and editors show it beside the field',
    fix: 'add "description" (or at least "title") to the property',
    ...eachConnector((part) =>
      inputs(part).flatMap(({name, fields}) =>
        silent(
          part,
          fields.filter(({schema}) => !said(schema, 'description', 'title', '$ref')),
          `inputs of ${name} without a word`,
        ),
      ),
    ),
  },
  {
    id: 'PC403',
    title: 'every input of an action has a type',
    levels: 'warning/warning/warning',
    why: 'a wrong mapping is found when it is written, not when it runs',
    fix: 'add "type", "enum" or "$ref"; what may be anything says so in its description',
    ...eachConnector((part) =>
      inputs(part).flatMap(({name, fields}) =>
        silent(
          part,
          fields.filter((field) => !isTyped(field) && !said(field.schema, 'description')),
          `inputs of ${name} without a type`,
        ),
      ),
    ),
  },
  {
    id: 'PC404',
    title: 'every input of a job verb is described',
    levels: 'info/warning/warning',
    why: 'the command line shows it as help',
    fix: 'add "description" to the property',
    ...eachConnector((part) =>
      jobVerbs(part.manifest).flatMap(({kind, name, verb, pointer}) =>
        verb.input === undefined
          ? []
          : silent(
              part,
              inputFields(part.manifest, verb.input, `${pointer}/input`).filter(
                ({schema}) => !said(schema, 'description', 'title', '$ref'),
              ),
              `inputs of ${kind} ${name} without a word`,
            ),
      ),
    ),
  },
  {
    id: 'PC405',
    title: 'every setting of the connection has a title',
    levels: 'warning/error/error',
    why: 'it is the label of the field',
    fix: 'add "title" to the property',
    ...eachConnector((part) =>
      silent(
        part,
        configOf(part).filter(({schema}) => !said(schema, 'title')),
        'settings without a title',
      ),
    ),
  },
  {
    id: 'PC406',
    title: 'every setting of the connection says where to find it or what it changes',
    levels: 'info/warning/warning',
    why: 'an operator knows the vendor’s screens, not the vendor’s interface',
    fix: 'add "description" to the property; a setting with choices may say it in its title',
    ...eachConnector((part) =>
      silent(
        part,
        configOf(part)
          .filter(
            ({schema}) => !said(schema, 'description') && schema['enum'] === undefined && schema['type'] !== 'boolean',
          )
          .filter(({name}) => !/^(user(name)?|e?mail|login)$/i.test(name)),
        'settings without a description',
      ),
    ),
  },
  {
    id: 'PC407',
    title: 'every secret says where it is found',
    levels: 'info/warning/warning',
    why: 'people ask for credentials by the words of the vendor’s screens',
    fix: 'add "summary" to the secret: the menu, the page, what it begins with',
    ...eachConnector(({unit, manifest}) =>
      connectionParts(manifest).flatMap(({part, pointer}) =>
        members(part.secrets, `${pointer}/secrets`).flatMap(({name, value, pointer: place}) =>
          (value.summary ?? '').trim() === '' ? [at(unit, place, `${name} has no summary`, {key: true})] : [],
        ),
      ),
    ),
  },
  {
    id: 'PC408',
    title: 'variants say when to choose them',
    levels: 'off/info/info',
    why: 'it is the first thing a connection asks',
    fix: 'add "summary" to each variant',
    ...eachConnector(({unit, manifest}) => {
      const variants = members(manifest.connection.variants, '/connection/variants');
      return variants.length < 2
        ? []
        : variants.flatMap(({name, value, pointer}) =>
            (value.summary ?? '').trim() === ''
              ? [at(unit, pointer, `the variant ${name} has no summary`, {key: true})]
              : [],
          );
    }),
  },
  {
    id: 'PC409',
    title: 'every field of an event has a type',
    levels: 'warning/warning/error',
    why: 'criteria and mappings are checked against it',
    fix: 'add "type" to the property; what may be anything says so in its description',
    ...eachConnector((part) => {
      const fields = members(part.manifest.events, '/events').flatMap(({value, pointer}) =>
        inputFields(part.manifest, value.data, `${pointer}/data`).filter(
          (field) => !isTyped(field) && !said(field.schema, 'description'),
        ),
      );
      const distinct = fields.filter(({pointer}, i) => fields.findIndex((other) => other.pointer === pointer) === i);
      return silent(part, distinct, 'event fields without a type');
    }),
  },
  {
    id: 'PC411',
    title: 'a description says more than the name it stands beside',
    levels: 'info/warning/warning',
    why: '"The name" beside "name" is worse than nothing: it looks done',
    fix: 'say what the value is for, its form, or an example; or take the text away and keep the title',
    ...eachUnit(({unit, ...part}) =>
      proseOf({unit, ...part} as Parameters<typeof proseOf>[0]).flatMap(({kind, text, pointer}) => {
        if (kind !== 'description') return [];
        const name = pointer.split('/').at(-2) ?? '';
        return bare(text) === bare(name) ? [at(unit, pointer, `${JSON.stringify(text)} repeats the name`)] : [];
      }),
    ),
  },
  {
    id: 'PC414',
    title: 'a list of choices in a setting is explained',
    levels: 'off/info/warning',
    why: 'words of the vendor are no explanation',
    fix: 'add "description" to a property with an enum of more than two words',
    ...eachConnector((part) =>
      silent(
        part,
        configOf(part).filter(
          ({schema}) => Array.isArray(schema['enum']) && schema['enum'].length > 2 && !said(schema, 'description'),
        ),
        'choices without explanation',
      ),
    ),
  },
];

function bare(text: string): string {
  return text
    .toLowerCase()
    .replace(/^(the|a|an) /, '')
    .replace(/[^a-z0-9]/g, '');
}
