/** An operator's settings and secret references, checked against what the connector declares. Must never print or keep a secret. */
import {fail, nearest} from '../errors/jobwire-error.ts';
import type {Connection} from '../generated/types.ts';
import {validateAgainst, withDefaults} from '../manifest/validate.ts';
import type {EffectiveConnection} from '../manifest/variant.ts';
import {isObject, type JsonObject} from '../values/json.ts';
import type {Redactor} from '../values/secret.ts';

/** Root `connection`: defaults applied. JW7003 with all findings. */
export function readSettings({config: schema}: EffectiveConnection, given: unknown): JsonObject {
  const settings = withDefaults(schema, isObject(given) ? given : {});
  const problems = validateAgainst(schema, settings, {all: true});
  if (problems.length === 0) return settings;
  const names = Object.keys((schema as {properties?: object}).properties ?? {});
  const strange = Object.keys(settings).filter((name) => !names.includes(name));
  throw fail(
    'JW7003',
    {problem: problems.map(({pointer, message}) => `config${pointer} ${message}`).join('; ')},
    {suggestions: strange.flatMap((name) => nearest(name, names)), outcome: 'fail'},
  );
}

export type Secrets = Readonly<Record<string, () => readonly string[]>>;

interface Source {
  readonly dir: string;
  readonly redactor: Redactor;
  readonly secret: (reference: string, dir: string) => string;
}

/**
 * Readers of the declared secrets; optional ones without a reference have none. A list is a rotation: the first key signs and
 * must be there. Errors now: JW7002, JW7003 for an undeclared name; when read: JW7001.
 */
export function readSecrets(part: EffectiveConnection, given: Connection['secrets'], source: Source): Secrets {
  const declared = part.secrets;
  const secrets: Record<string, () => readonly string[]> = Object.create(null);
  for (const [name, reference] of Object.entries(given ?? {})) {
    if (!Object.hasOwn(declared, name))
      throw fail(
        'JW7003',
        {problem: `there is no secret ${name}`},
        {suggestions: nearest(name, Object.keys(declared)), outcome: 'fail'},
      );
    const references = [reference].flat();
    if (!references.every((text) => /^(env|file):./.test(text))) throw fail('JW7002', {}, {outcome: 'fail'});
    const readers = references.map((text) => readerOf(text, source));
    secrets[name] = () => readers.map((read) => read());
  }
  for (const [name, {optional}] of Object.entries(declared))
    if (optional !== true && !Object.hasOwn(secrets, name))
      secrets[name] = () => {
        throw fail(
          'JW7001',
          {secret: name, reference: 'the connection', problem: 'names no reference for it'},
          {outcome: 'fail', hint: `add secrets.${name} to the connection file: env:NAME or file:path`},
        );
      };
  return secrets;
}

/** What it reads is known to the redactor before anybody gets it. */
function readerOf(reference: string, {dir, redactor, secret}: Source): () => string {
  let known: string | undefined;
  return () => {
    const text = secret(reference, dir);
    if (text !== known) redactor.add(text);
    known = text;
    return text;
  };
}
