/** What a rule of the signing schemes says, read once, and the live keys it was checked with. Must never decide. */
import {parseExpression} from '../../expressions/parse.ts';
import type {VerifyRule} from '../../generated/types.ts';
import {rememberedFor} from '../../manifest/memo.ts';
import {type Separated, separatedIn, templatesOf} from './base.ts';
import {keyBytes} from './key.ts';
import {type Checker, type KeyedName, keyedSchemes} from './keyed.ts';
import {pathsIn} from './paths.ts';

export interface SignedRule {
  /** Of the bytes that are signed; several are alternatives. */
  readonly templates: readonly unknown[];
  readonly separated: readonly Separated[];
  /** The name of the secret that is the key, where the key is one and nothing more. */
  readonly keySecret: string | undefined;
  /** Whether anything else reads secrets: a template, or a key of another form. */
  readonly readsSecrets: boolean;
  /** Undefined for a text that is not in the rule's encoding, or empty. */
  key(text: string): LiveKey | undefined;
  /** Of a scheme without one. */
  readonly noKey: LiveKey;
}

export interface LiveKey {
  /** Throws what the key is to blame for. */
  checker(): Checker;
}

export const signedRule = rememberedFor(readRule);

function readRule(rule: VerifyRule): SignedRule {
  const templates = templatesOf(rule);
  const keySecret = secretNamed(rule.key);
  const others = keySecret === undefined ? [templates, rule.key] : templates;
  return {
    templates,
    separated: templates.flatMap(separatedIn),
    keySecret,
    readsSecrets: pathsIn(others).some(([root]) => root === 'secret'),
    key: liveKeys(rule),
    noKey: liveKey(new Uint8Array(), rule.scheme as KeyedName),
  };
}

function secretNamed(key: unknown): string | undefined {
  const node = typeof key === 'string' ? parseExpression(key).single : undefined;
  if (node?.kind !== 'path') return undefined;
  const [root, name, ...rest] = node.segments;
  return root === 'secret' && rest.length === 0 ? name : undefined;
}

/** Keys of all connections with this rule: the newest stay. */
const most = 256;

/** Reading a key costs more than checking with it. A text that is no secret any more is not asked for any more. */
function liveKeys({scheme, keyStrip, keyEncoding}: VerifyRule): SignedRule['key'] {
  const known = new Map<string, LiveKey>();
  return (text) => {
    const live = known.get(text);
    if (live) return live;
    const bytes = keyBytes(text, keyStrip, keyEncoding);
    if (!bytes) return undefined;
    if (known.size >= most) known.delete(known.keys().next().value as string);
    const fresh = liveKey(bytes, scheme as KeyedName);
    known.set(text, fresh);
    return fresh;
  };
}

function liveKey(bytes: Uint8Array, scheme: KeyedName): LiveKey {
  let checker: Checker | undefined;
  return {
    checker() {
      checker ??= keyedSchemes[scheme].checker(bytes);
      return checker;
    },
  };
}
