/** Findings of the check as diagnostics of an editor: the same sentences, with the words they are about marked. */
import {
  type Diagnostic,
  type DiagnosticRelatedInformation,
  DiagnosticSeverity,
  type Range,
} from 'vscode-languageserver';
import type {Issue} from '../../errors/jobwire-error.ts';
import {offsetOf} from '../text.ts';
import {type Declaration, declarationAt, type Files} from './declarations.ts';
import {inside, isKey, nodeAt, nodeOf, outside, rangeOf, type Source, spanOf} from './source.ts';
import {segmentsOfPath, wordAt} from './words.ts';

const severities = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
} as const;

export function toDiagnostic(issue: Issue, source: Source, files: Files): Diagnostic {
  const {code, jobwireCode, severity, detail, hint, suggestions = []} = issue;
  const related = relatedTo(issue, source, files);
  const wishes = suggestions.length > 0 ? [`did you mean: ${suggestions.join(', ')}`] : [];
  return {
    range: markedRange(issue, source),
    severity: severities[severity],
    code,
    codeDescription: {href: helpFor(jobwireCode)},
    source: 'jobwire',
    message: [detail, ...wishes, `fix: ${hint}`].join('\n'),
    ...(jobwireCode === 'JW1009' && {tags: [1]}),
    ...(related.length > 0 && {relatedInformation: related}),
  };
}

/** The page that says what a code means. */
export function helpFor(code: string): string {
  return `https://jobwire.dev/docs/reference/errors#${code.toLowerCase()}`;
}

/** The word of an expression, the string, the key, or the bracket of what is larger. */
export function markedRange({at}: Issue, source: Source): Range {
  const {document, text} = source;
  if (!at) return spanOf(document, 0, 1);
  const start = Math.min(offsetOf(text, at), text.length);
  const node = at.expression === undefined ? source.tree.getNodeFromOffset(start, false) : nodeAt(source, start);
  if (at.expression !== undefined && node?.type === 'string') {
    const word = wordAt(node.value, inside(source, node, start));
    const segments = word ? segmentsOfPath(word.text, word.start) : [];
    const end = segments.at(-1)?.end ?? word?.end ?? node.value.length;
    if (word && end > at.expression) return spanOf(document, start, outside(source, node, end));
    return spanOf(document, start, Math.max(start + 1, node.offset + node.length - 1));
  }
  if (node && node.offset === start && node.type !== 'object' && node.type !== 'array' && node.type !== 'property')
    return rangeOf(source, node);
  if (node?.type === 'property' && node.keyNode.offset === start) return rangeOf(source, node.keyNode);
  const [word = ''] = /^[^\s"]+/.exec(text.slice(start, start + 60)) ?? [];
  return spanOf(document, start, Math.min(text.length, start + Math.max(1, node ? 1 : word.length)));
}

/** The other place of a key that stands twice; the declaration of what is named or read. */
function relatedTo({jobwireCode, at, detail}: Issue, source: Source, files: Files): DiagnosticRelatedInformation[] {
  if (!at) return [];
  const twice = jobwireCode === 'JW1001' ? /at (\d+):(\d+) and at /.exec(detail) : null;
  if (twice) {
    const place = {line: Number(twice[1]) - 1, character: Number(twice[2]) - 1};
    const range = {start: place, end: {...place, character: place.character + 1}};
    return [{location: {uri: source.document.uri, range}, message: 'the key stands here first'}];
  }
  const declared =
    declarationAt(source, Math.min(offsetOf(source.text, at), source.text.length), files) ??
    inputAt(source, at.pointer, files);
  if (!declared) return [];
  return [{location: locationOf(declared), message: 'declared here'}];
}

/** Of a value of an input without an expression: the property of the action. */
function inputAt(source: Source, pointer: string, files: Files): Declaration | undefined {
  const input = /^\/do(?:\/\d+)?(?:\/onComplete\/\d+)?\/input\/[^/]+/.exec(pointer)?.[0];
  const key = input === undefined ? undefined : nodeOf(source, input)?.property?.keyNode;
  return key && isKey(key) ? declarationAt(source, key.offset + 1, files) : undefined;
}

export function locationOf({source, found}: Declaration): {uri: string; range: Range} {
  const {uri} = source.document;
  if (!found) return {uri, range: spanOf(source.document, 0, 0)};
  return {uri, range: rangeOf(source, found.property?.keyNode ?? found.node)};
}
