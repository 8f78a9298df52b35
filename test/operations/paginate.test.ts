/** Lists page by page: how each style goes on and how it ends. */
import assert from 'node:assert/strict';
import type {Operation, Page} from '../../src/generated/types.ts';
import {api, base, bench, failureOf, kinds, onRecordedWire} from './bench.ts';

type Query = {readonly [name: string]: string};

function listOf(page: Page, query: Record<string, unknown> = {}, items: unknown = '{{response.body.rows}}'): Operation {
  return {...kinds.read, request: {...kinds.read.request, query}, response: {items}, page};
}

function answer(query: Query, body: object, headers: Record<string, string> = {}): void {
  api().get('/v1/things').query(query).reply(200, body, headers);
}

const read = (operation: Operation) => bench({operations: {it: operation}}).run('it');

describe('pages', () => {
  onRecordedWire();

  const byCursor = {cursor: '{{optional page.cursor}}', n: '{{page.size}}'};

  it('by cursor go on until there is none', async () => {
    answer({n: '2'}, {rows: [1, 2], next: 'a b'});
    answer({n: '2', cursor: 'a b'}, {rows: [], next: 'c'});
    answer({n: '2', cursor: 'c'}, {rows: [3], next: null});
    const page: Page = {style: 'cursor', next: '{{optional response.body.next}}', size: 2};
    assert.deepEqual(await read(listOf(page, byCursor)), [1, 2, 3]);
  });

  it('by cursor end at an empty one', async () => {
    answer({n: '100'}, {rows: [1], next: ''});
    assert.deepEqual(await read(listOf({style: 'cursor', next: '{{response.body.next}}'}, byCursor)), [1]);
  });

  it('a cursor that comes again is an error', async () => {
    answer({n: '100'}, {rows: [1], next: 'a'});
    answer({n: '100', cursor: 'a'}, {rows: [2], next: 'a'});
    const error = await failureOf(read(listOf({style: 'cursor', next: '{{response.body.next}}'}, byCursor)));
    assert.deepEqual([error.jobwireCode, error.extra.outcome], ['JW3017', 'fail']);
  });

  it('by url follow a relative and an absolute address with the same headers', async () => {
    answer({}, {rows: [1], next: '/v1/things?p=2'});
    answer({p: '2'}, {rows: [2], next: `${base}/v1/things?p=3`});
    answer({p: '3'}, {rows: [3]});
    const operation = listOf({style: 'url', next: '{{optional response.body.next}}'});
    assert.deepEqual(await read(operation), [1, 2, 3]);
  });

  it('by url never leave the origin', async () => {
    answer({}, {rows: [1], next: 'https://files.example.com/v1/things'});
    const error = await failureOf(read(listOf({style: 'url', next: '{{response.body.next}}'})));
    assert.equal(error.jobwireCode, 'JW3010');
  });

  it('by link follow rel next among others, and an empty page is not the last', async () => {
    const link = (p: number) =>
      `<${base}/v1/things?p=1>; rel="first", </v1/things?p=${p}>; title="a, b"; rel="last next"`;
    answer({}, {rows: []}, {link: link(2)});
    answer({p: '2'}, {rows: [2]}, {link: `<${base}/v1/things?p=1>; rel="prev"`});
    assert.deepEqual(await read(listOf({style: 'link'})), [2]);
  });

  const byOffset = {skip: '{{page.offset}}', top: '{{page.size}}'};

  it('by offset end at an empty page', async () => {
    answer({skip: '0', top: '2'}, {rows: [1, 2]});
    answer({skip: '2', top: '2'}, {rows: [3]});
    answer({skip: '4', top: '2'}, {rows: []});
    assert.deepEqual(await read(listOf({style: 'offset', size: 2}, byOffset)), [1, 2, 3]);
  });

  it('by offset end at a short page where the manifest says so', async () => {
    answer({skip: '10', top: '2'}, {rows: [1, 2]});
    answer({skip: '12', top: '2'}, {rows: [3]});
    assert.deepEqual(await read(listOf({style: 'offset', size: 2, start: 10, stop: 'short'}, byOffset)), [1, 2, 3]);
  });

  it('by offset end at the total', async () => {
    answer({skip: '0', top: '2'}, {rows: [1, 2], total: 3});
    answer({skip: '2', top: '2'}, {rows: [3], total: 3});
    const page: Page = {style: 'offset', size: 2, total: '{{response.body.total}}'};
    assert.deepEqual(await read(listOf(page, byOffset)), [1, 2, 3]);
  });

  it('by number end at the number of pages', async () => {
    answer({page: '1'}, {rows: [1], pages: 2});
    answer({page: '2'}, {rows: [2], pages: 2});
    const page: Page = {style: 'number', pages: '{{response.body.pages}}'};
    assert.deepEqual(await read(listOf(page, {page: '{{page.number}}'})), [1, 2]);
  });

  it('by number from 0 end at the number of pages', async () => {
    answer({page: '0'}, {rows: [1], pages: 1});
    const page: Page = {style: 'number', start: 0, pages: '{{response.body.pages}}'};
    assert.deepEqual(await read(listOf(page, {page: '{{page.number}}'})), [1]);
  });

  it('end when they are done', async () => {
    answer({skip: '0', top: '100'}, {rows: [1], last: true});
    const page: Page = {style: 'offset', done: '{{response.body.last}}'};
    assert.deepEqual(await read(listOf(page, byOffset)), [1]);
  });

  it('stop with an error at the most pages and at the most items', async () => {
    answer({skip: '0', top: '1'}, {rows: [1]});
    answer({skip: '1', top: '1'}, {rows: [2]});
    const pages = await failureOf(read(listOf({style: 'offset', size: 1, maxPages: 2}, byOffset)));
    assert.deepEqual([pages.jobwireCode, pages.message], ['JW3018', 'more than 2 pages']);
    answer({skip: '0', top: '100'}, {rows: [1, 2, 3]});
    const items = await failureOf(read(listOf({style: 'offset', maxItems: 2}, byOffset)));
    assert.deepEqual([items.jobwireCode, items.message], ['JW3018', 'more than 2 items']);
  });

  it('exactly as many pages as allowed are no error', async () => {
    answer({skip: '0', top: '2'}, {rows: [1, 2]});
    answer({skip: '2', top: '2'}, {rows: [3]});
    assert.deepEqual(await read(listOf({style: 'offset', size: 2, stop: 'short', maxPages: 2}, byOffset)), [1, 2, 3]);
  });

  it('a POST may say the page in its body', async () => {
    const operation: Operation = {
      effect: 'read',
      request: {method: 'POST', path: '/search', body: {json: {from: '{{page.offset}}'}}},
      response: {items: '{{response.body}}'},
      page: {style: 'offset', size: 1},
    };
    api().post('/v1/search', {from: 0}).reply(200, ['a']);
    api().post('/v1/search', {from: 1}).reply(200, []);
    assert.deepEqual(await read(operation), ['a']);
  });

  it('a page that fails for a moment is asked again alone', async () => {
    answer({skip: '0', top: '1'}, {rows: [1]});
    api().get('/v1/things').query({skip: '1', top: '1'}).reply(503, {});
    answer({skip: '1', top: '1'}, {rows: []});
    assert.deepEqual(await read(listOf({style: 'offset', size: 1}, byOffset)), [1]);
  });
});
