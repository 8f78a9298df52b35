/** The bytes a signature covers: the rule's templates over every spelling of the URL it allows. Must never sign or compare. */
import {fail} from '../../errors/jobwire-error.ts';
import {evaluateBytes, type Scope} from '../../expressions/evaluate.ts';
import {parseExpression} from '../../expressions/parse.ts';
import type {VerifyRule} from '../../generated/types.ts';
import type {Delivery} from '../request.ts';
import {absent} from './absent.ts';

/** The templates of a rule; several are alternatives. */
export function templatesOf({base}: VerifyRule): readonly unknown[] {
  return Array.isArray(base) ? base : [base ?? '{{request.raw}}'];
}

/** Undefined when something the text is made of is missing. */
export function renderBase(template: unknown, scope: Scope): Uint8Array | undefined {
  return absent(() => evaluateBytes(template, scope));
}

/** A header of the sender's choice, and the text that ends it in what is signed. */
export interface Separated {
  readonly header: string;
  readonly separator: string;
}

export function separatedIn(template: unknown): Separated[] {
  if (typeof template !== 'string') return [];
  const {parts} = parseExpression(template);
  return parts.flatMap((part, i) => {
    const next = parts[i + 1];
    if (typeof part === 'string' || part.kind !== 'path' || typeof next !== 'string' || next === '') return [];
    const [root, group, header] = part.segments;
    return root === 'request' && group === 'headers' && header !== undefined ? [{header, separator: next}] : [];
  });
}

/**
 * A header of the sender's choice in front of a separator must not hold the separator: `a.b` + `.` + `c` and `a` + `.` + `b.c` are
 * the same signed bytes with two meanings.
 */
export function refuseAmbiguity(separated: readonly Separated[], {headers}: Delivery): void {
  for (const {header, separator} of separated)
    if (headers[header]?.some((value) => value.includes(separator)))
      throw fail('JW4001', {
        problem: `the header ${header} holds "${separator}", so the signed text has no single meaning`,
      });
}

const defaultPorts: Readonly<Record<string, string>> = {http: '80', https: '443'};

/** The URL as the sender may have spelled it when it signed: with and without the default port, listed escapes undone. */
export function urlSpellings(url: string, {ports = 'exact', decode}: NonNullable<VerifyRule['url']> = {}): string[] {
  const spelled = decode === undefined ? url : undoEscapes(url, decode);
  const match = ports === 'exact' ? null : /^(https?):\/\/([^/?#:]+|\[[^\]]*\])(?::(\d+))?(.*)$/s.exec(spelled);
  if (!match) return [spelled];
  const [, scheme = '', host, port, rest] = match;
  if (port !== undefined && port !== defaultPorts[scheme]) return [spelled];
  return [`${scheme}://${host}${rest}`, `${scheme}://${host}:${defaultPorts[scheme]}${rest}`];
}

function undoEscapes(url: string, list: string): string {
  const listed = new Set(list.toLowerCase().match(/%[0-9a-f]{2}/g) ?? []);
  return url.replace(/%[0-9a-fA-F]{2}/g, (found) =>
    listed.has(found.toLowerCase()) ? String.fromCharCode(Number.parseInt(found.slice(1), 16)) : found,
  );
}
