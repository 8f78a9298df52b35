/** The catalogue as bytes: the same every time, readable, and with no markup but its own, whatever a publisher wrote (P20). */
import assert from 'node:assert/strict';
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {writeArchive} from '../../src/packaging/archive.ts';
import type {Catalog} from '../../src/packaging/catalog/build.ts';
import {entriesOf} from '../../src/packaging/catalog/entries.ts';
import {fieldsOf} from '../../src/packaging/catalog/fields.ts';
import {iconFrom} from '../../src/packaging/catalog/icon.ts';
import {renderMarkdown} from '../../src/packaging/catalog/markdown.ts';
import {openSources} from '../../src/packaging/catalog/sources.ts';
import {listFile, writeCatalog} from '../../src/packaging/catalog/write.ts';
import {copySource, fixture, packFixture, withFiles} from './archives.ts';
import {catalogOf, evil, hostile, sourceTools} from './catalog-site.ts';

const text = ({files}: Catalog, path: string): string => Buffer.from(files.get(path) ?? []).toString();
const pagesOf = ({files}: Catalog): [string, string][] =>
  [...files].filter(([path]) => path.endsWith('.html')).map(([path, bytes]) => [path, Buffer.from(bytes).toString()]);

describe('the catalogue', function () {
  this.timeout(20_000);
  let catalog: Catalog;
  before(async () => {
    catalog = await catalogOf(['shipped', fixture]);
  });

  it('is the same bytes for the same sources', async () => {
    const again = await catalogOf(['shipped', fixture]);
    assert.deepEqual([...again.files.keys()], [...catalog.files.keys()]);
    for (const [path, bytes] of again.files)
      assert.ok(Buffer.compare(bytes, catalog.files.get(path) ?? Buffer.of()) === 0, path);
  });

  it('has a page for every connector and package, and links to each from the first', () => {
    const index = text(catalog, 'index.html');
    assert.ok(catalog.entries.length > 30);
    for (const {page} of catalog.entries) {
      assert.ok(catalog.files.has(page), page);
      assert.ok(index.includes(`href="${page}"`), page);
    }
  });

  it('links only to files and places that there are', () => {
    for (const [path, page] of pagesOf(catalog)) {
      const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]));
      for (const [, address = ''] of page.matchAll(/ (?:href|src)="([^"]+)"/g)) {
        if (/^https?:/.test(address)) continue;
        const {pathname, hash} = new URL(address, `http://site/${path}`);
        assert.ok(catalog.files.has(decodeURIComponent(pathname.slice(1))), `${path}: ${address}`);
        if (address.startsWith('#')) assert.ok(ids.has(decodeURIComponent(hash.slice(1))), `${path}: ${address}`);
      }
    }
  });

  it('gives no id twice on a page', () => {
    for (const [path, page] of pagesOf(catalog)) {
      const ids = [...page.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
      assert.deepEqual(
        ids.filter((id, i) => ids.indexOf(id) !== i),
        [],
        path,
      );
    }
  });

  it('has the content policy and nothing inline on every page', () => {
    for (const [path, page] of pagesOf(catalog)) {
      assert.match(
        page,
        /<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; script-src &#39;self&#39;;/,
      );
      assert.doesNotMatch(
        page.replaceAll(/"[^"]*"/g, '""'),
        /<style|<script(?! src)|<[^>]+ style=|<[^>]+ on[a-z]+=/i,
        path,
      );
      assert.doesNotMatch(page, /<(iframe|object|embed|form|base|svg)\b/i, path);
    }
  });

  it('keeps its script small', () => {
    const script = [...catalog.files].find(([path]) => path.startsWith('assets/catalogue-') && path.endsWith('.js'));
    assert.ok(script && script[1].length < 20 * 1024);
  });

  it('ships with Jobwire', () => {
    const {files} = JSON.parse(readFileSync('package.json', 'utf8')) as {files: string[]};
    assert.ok(files.includes('site'), 'package.json: files must name site');
  });

  it('shows permissions, events with samples, actions, ways to connect, evidence and requests', () => {
    const page = text(catalog, 'connectors/github.html');
    for (const part of [
      'api.github.com',
      'issues.opened',
      'octo-org',
      'commentOnIssue',
      'enterprise',
      'inferred',
      'webhookSecret',
    ])
      assert.ok(page.includes(part), part);
    assert.match(page, /It reaches api\.github\.com and the host of the setting url, and nothing else\./);
    assert.match(page, /<b>POST<\/b> \/repos\/\{\{params\.owner\}\}/);
  });

  it('shows on a connector the templates that use it, of other packages too', () => {
    assert.match(text(catalog, 'connectors/github.html'), /id="template-github-issue-to-job"/);
    assert.match(
      text(catalog, 'packages/acme/incident-automation.html'),
      /jobwire templates copy @acme\/incident-automation:incident-to-robot/,
    );
  });

  it('adds addresses for crawlers only when it knows its own', async () => {
    assert.ok(!catalog.files.has('sitemap.xml'));
    const placed = await catalogOf([fixture], 'https://connectors.acme.example/jw/');
    assert.match(
      text(placed, 'sitemap.xml'),
      /<loc>https:\/\/connectors\.acme\.example\/jw\/packages\/acme\/incident-automation\.html<\/loc>/,
    );
    assert.match(
      text(placed, 'index.html'),
      /<link rel="canonical" href="https:\/\/connectors\.acme\.example\/jw\/index\.html">/,
    );
  });
});

describe('sources of a catalogue', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'jobwire-catalog-'));
  });
  afterEach(() => rmSync(dir, {recursive: true, force: true}));

  const archive = (changes: Parameters<typeof withFiles>[1] = {}): string => {
    const path = join(dir, `acme-${readdirSync(dir).length}.tgz`);
    writeFileSync(path, writeArchive(withFiles(packFixture().files, changes)));
    return path;
  };

  it('takes an archive and says whose it is', async () => {
    const {entries, files} = await catalogOf([archive()]);
    assert.deepEqual(
      entries.map(({id, origin: {state}}) => [id, state]),
      [['@acme/incident-automation', 'unsigned']],
    );
    assert.match(
      Buffer.from(files.get('packages/acme/incident-automation.html') ?? []).toString(),
      /jobwire install \.\/acme-0\.tgz/,
    );
  });

  it('shows a changed archive as modified, with the reason, and no way to install it', async () => {
    const built = await catalogOf([archive({'README.md': '# Other'})]);
    const page = text(built, 'packages/acme/incident-automation.html');
    assert.equal(built.entries[0]?.origin.state, 'modified');
    assert.match(page, /README\.md of @acme\/incident-automation/);
    assert.doesNotMatch(page, /jobwire install \.\//);
  });

  it('refuses one name from two places', async () => {
    await assert.rejects(catalogOf([archive(), fixture]), /@acme\/incident-automation 1\.0\.0 comes from two sources/);
  });

  it('refuses what is no source, and a connector that does not fit its format', async () => {
    await assert.rejects(catalogOf([join(dir, 'absent')]), {code: 'JW7102'});
    await assert.rejects(catalogOf([dir]), /has neither jobwire-package\.json nor connectors\//);
    mkdirSync(join(dir, 'connectors', 'broken'), {recursive: true});
    writeFileSync(
      join(dir, 'connectors', 'broken', 'connector.json'),
      '{"jobwire": "1", "kind": "connector", "id": "broken"}',
    );
    await assert.rejects(catalogOf([dir]), {code: 'JW1002'});
  });

  it('shows several versions of a package as one entry', async () => {
    const [shelf] = await openSources([fixture], sourceTools());
    assert.ok(shelf?.package);
    const older = {...shelf, package: {...shelf.package, version: '0.9.0'}, origin: {...shelf.origin, place: 'older'}};
    const [entry, ...more] = entriesOf([older, shelf]);
    assert.deepEqual([entry?.version, more.length], ['1.0.0', 0]);
    assert.deepEqual(
      entry?.origin.releases?.map(({version}) => version),
      ['1.0.0', '0.9.0'],
    );
  });
});

describe('a registry as a source', () => {
  const packed = packFixture();
  const documents: Readonly<Record<string, unknown>> = {
    '@acme/incident-automation': {
      name: '@acme/incident-automation',
      'dist-tags': {latest: '1.0.0'},
      time: {'1.0.0': '2026-11-01T12:00:00Z'},
      versions: {
        '1.0.0': {dist: {tarball: 'http://elsewhere.example/archive.tgz', integrity: packed.integrity}},
        '0.9.0': {dist: {tarball: 'http://elsewhere.example/old.tgz'}},
      },
    },
    '@evil/package': {
      name: '@evil/package',
      'dist-tags': {latest: '1.0.0'},
      versions: {'1.0.0': {dist: {tarball: 'http://elsewhere.example/archive.tgz', integrity: packed.integrity}}},
    },
  };
  let server: Server;
  before((done) => {
    server = createServer((request, response) => {
      const path = decodeURIComponent(new URL(request.url ?? '/', 'http://registry').pathname).slice(1);
      const found = {
        objects: Object.keys(documents).map((name) => ({
          package: {name, version: '1.0.0', keywords: ['jobwire-package']},
        })),
      };
      if (path === 'archive.tgz') response.end(packed.archive);
      else
        response
          .setHeader('content-type', 'application/json')
          .end(JSON.stringify(path === '-/v1/search' ? found : documents[path]));
    }).listen(0, '127.0.0.1', done);
  });
  after(() => server.close());

  it('shows the newest of each package with its versions, and leaves out what is not what it says', async () => {
    const {port} = server.address() as AddressInfo;
    const leftOut: string[] = [];
    const built = await catalogOf([`registry:http://127.0.0.1:${port}/`], undefined, leftOut);
    assert.deepEqual(leftOut, ['@evil/package']);
    assert.deepEqual(
      built.entries.map(({id, origin: {state}}) => [id, state]),
      [['@acme/incident-automation', 'unsigned']],
    );
    const page = text(built, 'packages/acme/incident-automation.html');
    for (const part of ['jobwire install @acme/incident-automation@1.0.0', '2026-11-01', '0.9.0', packed.integrity])
      assert.ok(page.includes(part), part);
  });
});

describe('writing a catalogue', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'jobwire-catalog-'));
  });
  afterEach(() => rmSync(dir, {recursive: true, force: true}));
  const files = (entries: Record<string, string>) =>
    new Map(Object.entries(entries).map(([path, body]) => [path, Buffer.from(body)]));

  it('is safe to repeat, and takes away what is no longer part of it', () => {
    const first = writeCatalog(dir, files({'index.html': 'a', 'packages/acme/crm.html': 'b'}));
    assert.deepEqual(first, {written: ['index.html', 'packages/acme/crm.html'], kept: [], removed: []});
    const second = writeCatalog(dir, files({'index.html': 'a'}));
    assert.deepEqual(second, {written: [], kept: ['index.html'], removed: ['packages/acme/crm.html']});
    assert.deepEqual(readdirSync(dir).sort(), [listFile, 'index.html']);
  });

  it('touches no folder that holds something else', () => {
    writeFileSync(join(dir, 'notes.txt'), 'mine');
    assert.throws(
      () => writeCatalog(dir, files({'index.html': 'a'})),
      /is not empty and was not written by jobwire catalog build/,
    );
    assert.deepEqual(readdirSync(dir), ['notes.txt']);
  });

  it('removes nothing outside, whatever its list says', () => {
    const outside = join(dir, 'precious');
    writeFileSync(outside, 'mine');
    const out = join(dir, 'site');
    mkdirSync(out);
    writeFileSync(join(out, listFile), '../precious\n/etc/hostname\nassets/../../precious\n');
    writeCatalog(out, files({'index.html': 'a'}));
    assert.ok(existsSync(outside));
  });
});

describe('hostile texts of publishers', () => {
  it('are text wherever they stand', async () => {
    const loose = copySource();
    const packed = copySource();
    try {
      hostile(loose, evil);
      packed.change('jobwire-package.json', (json) =>
        JSON.stringify({...JSON.parse(json), id: '@evil/package', title: evil, summary: evil, author: {name: evil}}),
      );
      const built = await catalogOf([loose.dir, packed.dir]);
      for (const [path, page] of pagesOf(built)) {
        assert.doesNotMatch(page, /<script>|<img src=x|<svg|href="javascript/i, path);
        assert.doesNotMatch(page.replaceAll(/"[^"]*"/g, '""'), /<[^>]+ on[a-z]+=/i, path);
      }
      const data = [...built.files].find(([path]) => path.startsWith('assets/entries-'))?.[1] ?? [];
      assert.doesNotMatch(Buffer.from(data).toString(), /[<>&]/);
    } finally {
      loose.close();
      packed.close();
    }
  });

  const tags =
    /<\/?(?:p|h[1-6]|ul|ol|li|table|thead|tbody|tr|th|td|pre|code|em|strong|a|br|hr|blockquote|div|span)(?: (?:id|href|rel|data-host|class|scope|tabindex|role|aria-label|start)="[^"<>]*")*>/g;
  const fragments = fc.constantFrom(
    ...[
      '<',
      '>',
      '"',
      "'",
      '&',
      '`',
      '```\n',
      '*',
      '**',
      '_',
      '[',
      '](',
      ')',
      '![',
      '\\',
      '\n',
      '\n\n',
      '# ',
      '- ',
      '1. ',
      '> ',
      '|',
      '\n|-|-|\n',
    ],
    ...[
      '<script>',
      'javascript:',
      'https://a.example/',
      'data:text/html,',
      ' onerror=',
      '<!--',
      '-->',
      'x',
      ' ',
      '    ',
      '\u202e',
      '\0',
    ],
  );

  it('never become markup, nor an address that is not of the web, however they are put together', () => {
    fc.assert(
      fc.property(fc.array(fragments, {maxLength: 40}), (parts) => {
        const {text: written} = renderMarkdown(parts.join(''), {level: 2, prefix: 'r-'});
        assert.doesNotMatch(written.replace(tags, ''), /[<>]/);
        for (const [, address = ''] of written.matchAll(/href="([^"]*)"/g)) assert.match(address, /^https?:\/\//);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be left
        assert.doesNotMatch(written, /[\u0000\u202e]/);
      }),
      {numRuns: 500},
    );
  });

  it('cost time by their length, not by its square', () => {
    for (const part of ['[', '*', '`', '![', '<!--', '> ', '_a ', '[a](', '- ', '| a '])
      assert.ok(renderMarkdown(part.repeat(20_000), {level: 2, prefix: ''}).text.length > 0, part);
  });

  const icons: readonly [string, string][] = [
    ['a script', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ['a handler', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>'],
    [
      'a picture from elsewhere',
      '<svg xmlns="http://www.w3.org/2000/svg"><image href="https://evil.example/x.png"/></svg>',
    ],
    ['foreign content', '<svg xmlns="http://www.w3.org/2000/svg"><foreignObject><p>x</p></foreignObject></svg>'],
    ['an entity', '<!DOCTYPE svg [<!ENTITY x "y">]><svg xmlns="http://www.w3.org/2000/svg">&x;</svg>'],
    ['no picture at all', '<html><body>hello</body></html>'],
  ];
  for (const [what, svg] of icons)
    it(`show the first letters in place of an icon with ${what}`, () => {
      const {svg: shown, problem} = iconFrom(svg, 'Acme Desk');
      assert.ok(problem);
      assert.match(shown, />AD<\/text>/);
    });
});

describe('set-up texts', () => {
  const place = {level: 3, prefix: 'readme-', title: 'Acme'};
  const rendered: readonly [string, string, string][] = [
    ['leaves out the title of the page', '# Acme\n\nText', '<p>Text</p>'],
    ['headings below their section', '# Acme\n\n## Set-up', '<h3 id="readme-set-up">Set-up</h3>'],
    ['emphasis and code', 'a **b** _c_ `d <e>`', '<p>a <strong>b</strong> <em>c</em> <code>d &lt;e&gt;</code></p>'],
    ['underscores inside words', 'snake_case_name', '<p>snake_case_name</p>'],
    [
      'a list with code in an item',
      '1. one\n   ```sh\n   ls\n   ```\n2. two',
      '<ol><li>one<pre tabindex="0"><code>ls</code></pre></li><li>two</li></ol>',
    ],
    ['nested lists', '- a\n  - b\n- c', '<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>'],
    [
      'links to the web with their host',
      '[docs](https://a.example/x)',
      '<p><a href="https://a.example/x" rel="noopener noreferrer nofollow ugc" data-host="a.example">docs</a></p>',
    ],
    ['links to files of the package as text', '[samples](samples/README.md)', '<p>samples</p>'],
    ['no address with credentials', '[x](https://u:p@a.example/)', '<p>x</p>'],
    [
      'pictures by their name',
      '![A chart](https://a.example/c.png)',
      '<p><span class="unloaded">image: A chart</span></p>',
    ],
    ['raw HTML as text', '<b>x</b>', '<p>&lt;b&gt;x&lt;/b&gt;</p>'],
    ['comments not at all', 'a<!-- b -->c', '<p>ac</p>'],
    ['quotes', '> a\n> b', '<blockquote><p>a\nb</p></blockquote>'],
  ];
  for (const [what, source, expected] of rendered)
    it(`show ${what}`, () => assert.equal(renderMarkdown(source, place).text, expected));

  it('show tables, with bars in code', () => {
    const {text: written} = renderMarkdown('| a | b |\n| - | - |\n| `x|y` | c \\| d |', place);
    assert.match(written, /<th scope="col">a<\/th>/);
    assert.match(written, /<th scope="row"><code>x\|y<\/code><\/th><td>c \| d<\/td>/);
  });
});

describe('field tables', () => {
  it('name nested members, lists, choices, defaults and what is masked', () => {
    const {fields} = fieldsOf({
      type: 'object',
      required: ['issue'],
      properties: {
        issue: {
          type: 'object',
          properties: {labels: {type: 'array', items: {type: 'string'}}, state: {enum: ['open', 'closed']}},
        },
        limit: {type: 'integer', default: 5, title: 'Limit', 'x-jobwire-sensitive': true},
      },
    });
    assert.deepEqual(
      fields.map(({path, type, required, fallback}) => [path, type, required, fallback]),
      [
        ['issue', 'object', true, undefined],
        ['issue.labels', 'list of string', false, undefined],
        ['issue.state', '"open" | "closed"', false, undefined],
        ['limit', 'integer', false, '5'],
      ],
    );
    assert.equal(fields[3]?.sensitive, true);
  });

  it('end where a schema refers to itself', () => {
    const node = {type: 'object', properties: {next: {$ref: '#/$defs/node'}}};
    const {fields, cut} = fieldsOf({...node, $defs: {node}});
    assert.ok(fields.length < 10 && cut);
  });
});
