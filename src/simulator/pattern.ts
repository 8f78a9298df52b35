/** Reads a credential back out of the place where a manifest would put it. Must never log what it reads. */
import {sameBytes} from '../ingest/signatures/key.ts';
import {escapeText} from './route.ts';
import type {TokenStore} from './token.ts';

/** The credentials the operator gave the simulator; a secret that was not given may be any text but the empty one. */
export type GivenSecrets = Readonly<Record<string, string | readonly string[]>>;

export type Verdict = 'missing' | 'refused' | 'expired' | undefined;

/** What stands in one hole of a template. */
type Hole = {readonly kind: 'token' | 'any'} | {readonly kind: 'secret'; readonly name: string};

export interface Reader {
  readonly secrets: GivenSecrets;
  readonly tokens: TokenStore;
  readonly now: number;
}

export type Pattern = (text: string | undefined, reader: Reader) => Verdict;

/** `Bearer {{token}}`: literal text in any case, and something that fits in each hole. A directive only has to give something. */
export function compilePattern(template: unknown): Pattern {
  const holes: Hole[] = [];
  const source = (typeof template === 'string' ? template : '{{any}}')
    .split(/(\{\{[^}]*\}\})/)
    .map((part) => {
      if (!part.startsWith('{{')) return escapeText(part);
      holes.push(holeOf(part.slice(2, -2).trim()));
      return '(.+)';
    })
    .join('');
  const shape = new RegExp(`^${source}$`, 'is');
  return (text, reader) => {
    if (text === undefined || text === '') return 'missing';
    const match = shape.exec(text);
    if (!match) return 'refused';
    return worst(holes.map((hole, i) => verdictOf(hole, match[i + 1] ?? '', reader)));
  };
}

function holeOf(expression: string): Hole {
  if (expression === 'token') return {kind: 'token'};
  const secret = /^secret\.(\w+)$/.exec(expression)?.[1];
  return secret === undefined ? {kind: 'any'} : {kind: 'secret', name: secret};
}

function verdictOf(hole: Hole, text: string, {secrets, tokens, now}: Reader): Verdict {
  if (hole.kind === 'any') return undefined;
  const state = tokens.stateOf(text, now);
  if (hole.kind === 'secret') {
    // A key of the operator's may be any text, but not a token from here that is no longer good.
    if (state === 'expired') return 'expired';
    return isGiven(secrets, hole.name, text) ? undefined : 'refused';
  }
  return state === 'live' ? undefined : state === 'expired' ? 'expired' : 'refused';
}

export function isGiven(secrets: GivenSecrets, name: string, text: string): boolean {
  const given = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
  return given === undefined ? text !== '' : [given].flat().some((one) => sameBytes(one, text));
}

/** The first thing that is wrong; what was refused says more than what is missing. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  return verdicts.find((verdict) => verdict !== undefined && verdict !== 'missing') ?? verdicts.find(Boolean);
}
