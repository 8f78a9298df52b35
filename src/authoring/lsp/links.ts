/** What can be opened from a file: paths of samples, cassettes and schemas, and addresses of the web. */
import {existsSync} from 'node:fs';
import {pathToFileURL} from 'node:url';
import type {DocumentLink} from 'vscode-languageserver';
import type {Library} from '../../manifest/library.ts';
import {nameOf} from './names.ts';
import {isKey, nodesOf, outside, type Source, spanOf} from './source.ts';

const address = /https?:\/\/[^\s"'<>{}|\\^`]+[^\s"'<>{}|\\^`.,;:)]/g;
const most = 2000;

export function linksOf(source: Source, library: Library | undefined): DocumentLink[] {
  const links: DocumentLink[] = [];
  for (const node of nodesOf(source.tree.root)) {
    if (links.length >= most) break;
    if (node.type !== 'string' || isKey(node) || node.value.includes('{{')) continue;
    const name = node.value.endsWith('.json') ? nameOf(source, node, library) : undefined;
    if (name?.what === 'file' && existsSync(name.home.file))
      links.push({range: spanOf(source.document, name.start, name.end), target: pathToFileURL(name.home.file).href});
    for (const {0: target, index} of node.value.matchAll(address))
      links.push({
        range: spanOf(source.document, outside(source, node, index), outside(source, node, index + target.length)),
        target,
      });
  }
  return links;
}
