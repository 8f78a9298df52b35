/** Texts and pictures of a package, rows P12 and P20: nothing that runs, nothing that is fetched when somebody looks at it. */
import assert from 'node:assert/strict';
import {globSync, readFileSync} from 'node:fs';
import {contentProblem} from '../../src/packaging/contents.ts';
import {pathProblem} from '../../src/packaging/policy.ts';
import {svgProblem} from '../../src/packaging/svg.ts';

const markdown = (text: string): string | undefined => contentProblem('README.md', Buffer.from(text));

const hostileMarkdown: readonly (readonly [string, string, RegExp])[] = [
  ['a script', '# Hi\n<script>alert(1)</script>', /element <script>/],
  ['a script in capitals with a break', '<SCRIPT\nsrc=x>', /element <script>/],
  ['a script in a code block, since readers differ where one begins', '```\n<script>\n```', /element <script>/],
  ['a frame', '<iframe src="https://evil.example">', /element <iframe>/],
  ['an image element', '<img src="https://evil.example/p.png">', /element <img>/],
  ['a picture with script inside', '<svg onload="x">', /element <svg>/],
  ['a handler', '<a href="#" onclick="steal()">x</a>', /element with a script/],
  ['a handler on the next line', '<b\n onmouseover =x>', /element with a script/],
  ['a style', '<style>@import "x"</style>', /element <style>/],
  ['a link that runs', '[x](javascript:alert(1))', /link that runs/],
  ['a link that runs, with an entity', '[x](javascript&colon;alert(1))', /link that runs/],
  ['a link that runs, broken up', '[x]( java\nscript:alert(1))', /link that runs/],
  ['a link that runs, as a definition', '[x]: javascript:alert(1)', /link that runs/],
  ['a link that runs, in brackets', '<javascript:alert(1)>', /link that runs/],
  ['a link that holds a page', '[x](data:text/html;base64,PHNjcmlwdD4=)', /link that runs/],
  ['a remote image', '![badge](https://evil.example/badge.svg)', /remote image/],
  ['a remote image without scheme', '![badge](//evil.example/badge.svg)', /remote image/],
  ['a remote image by reference', '![badge][b]\n\n[b]: https://evil.example/b.svg', /remote image/],
  ['a remote image by short reference', '![B]\n\n[b]: http://evil.example/b.svg', /remote image/],
  ['a NUL', 'a\0b', /hide or turn round/],
  ['an override of the reading direction', 'a\u202eb', /hide or turn round/],
];

describe('texts of a package', () => {
  for (const [what, text, says] of hostileMarkdown)
    it(`P20 refuses ${what}`, () => {
      assert.match(markdown(text) ?? '', says);
    });

  for (const text of [
    '# Title\n\nSee [the docs](https://acme.example/docs), `<number>` and <number>.',
    '![logo](icon.svg)\n\n![again][l]\n\n[l]: ./pictures/l.png',
    'Set `on` to "off"; 1 < 2 and 3 > 2; <https://acme.example>',
  ])
    it(`P20 lets pass ${JSON.stringify(text.slice(0, 40))}`, () => {
      assert.equal(markdown(text), undefined);
    });

  it('refuses what is not UTF-8', () => {
    assert.match(contentProblem('LICENSE', Buffer.from([0xff, 0xfe, 0x41])) ?? '', /not UTF-8/);
  });
});

const svg = (inner: string, attributes = ''): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"${attributes}>${inner}</svg>`;

const hostilePictures: readonly (readonly [string, string, RegExp])[] = [
  ['a script', svg('<script>alert(1)</script>'), /<script>/],
  ['a script in a namespace', svg('<svg:script>alert(1)</svg:script>'), /<svg:script>/],
  ['a handler', svg('<path d="M0 0" onclick="x"/>'), /the script onclick/],
  ['a handler of the root', svg('', ' onload="x"'), /the script onload/],
  ['HTML inside', svg('<foreignObject><body/></foreignObject>'), /<foreignObject>/],
  ['an image', svg('<image href="https://evil.example/x.png"/>'), /<image>/],
  ['a link', svg('<a href="javascript:alert(1)"><path d="M0 0"/></a>'), /<a>/],
  ['use of another file', svg('<use href="https://evil.example/x.svg#a"/>'), /link out of the picture/],
  ['use of another file, the old way', svg('<use xlink:href="//evil.example/x.svg#a"/>'), /link out of the picture/],
  ['a fill from elsewhere', svg('<path d="M0 0" fill="url(https://evil.example/x)"/>'), /an address in fill/],
  ['an escaped address', svg('<path d="M0 0" fill="u\\72l(x)"/>'), /an address in fill/],
  ['a style sheet', svg('<style>@import url(x)</style>'), /<style>/],
  ['a style attribute', svg('<path d="M0 0" style="fill:url(x)"/>'), /the attribute style/],
  ['animation of a link', svg('<animate attributeName="href" to="javascript:x"/>'), /<animate>/],
  ['a set of a link', svg('<set attributeName="onload" to="x"/>'), /<set>/],
  ['entities', `<!DOCTYPE svg [<!ENTITY x "y">]>${svg('')}`, /<!DOCTYPE/],
  ['a character reference', svg('<use href="&#106;avascript:x"/>'), /a character reference/],
  ['a style sheet instruction', `<?xml-stylesheet href="x"?>${svg('')}`, /not allowed/],
  ['CDATA', svg('<![CDATA[<script>]]>'), /not allowed/],
  ['an attribute without quotes', svg('<path d=x/>'), /not allowed/],
  ['another namespace', '<svg xmlns="http://www.w3.org/1999/xhtml"></svg>', /another namespace/],
  ['another root', '<g/>', /not one <svg>/],
  ['two pictures', `${svg('')}${svg('')}`, /not one <svg>/],
  ['an open element', '<svg xmlns="http://www.w3.org/2000/svg"><g></svg>', /closes <svg> where/],
  ['an end that is missing', '<svg xmlns="http://www.w3.org/2000/svg">', /does not close <svg>/],
  ['text in front', `hello ${svg('')}`, /text outside its picture/],
  ['nothing', '', /not one <svg>/],
];

describe('pictures of a package', () => {
  for (const [what, text, says] of hostilePictures)
    it(`P20 refuses an SVG with ${what}`, () => {
      assert.match(svgProblem(text) ?? '', says);
    });

  it('P20 lets plain pictures pass: gradients, references inside, comments', () => {
    const text = `<?xml version="1.0" encoding="UTF-8"?>\n<!-- drawn by hand -->\n${svg(
      '<defs><linearGradient id="g"><stop offset="0" stop-color="#fff"/></linearGradient></defs><rect width="8" height="8" fill="url(#g)"/><title>A &amp; B</title>',
    )}\n`;
    assert.equal(svgProblem(text), undefined);
  });

  it('P20 refuses a PNG that is none, is cut off or carries more', () => {
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    );
    assert.equal(contentProblem('icon.png', png), undefined);
    assert.match(contentProblem('icon.png', Buffer.from('<svg/>')) ?? '', /not a PNG/);
    assert.match(contentProblem('icon.png', png.subarray(0, png.length - 4)) ?? '', /cut off/);
    assert.match(contentProblem('icon.png', Buffer.concat([png, Buffer.from('PK')])) ?? '', /bytes behind/);
  });

  it('takes hostile text in time that grows with its length only', () => {
    const begun = performance.now();
    for (const text of [' '.repeat(500_000), '\n'.repeat(500_000), '<'.repeat(300_000), '](a:'.repeat(100_000)])
      markdown(`<${text}`);
    for (const text of [
      '\n[a'.repeat(100_000),
      ' onload='.repeat(60_000),
      '![a]'.repeat(100_000),
      ']('.repeat(150_000),
    ])
      markdown(text);
    for (const text of ['<!--'.repeat(50_000), '<a '.repeat(60_000), '<svg a="'.repeat(20_000), ' x=""'.repeat(40_000)])
      svgProblem(text);
    for (const text of ['!['.repeat(100_000), '<a '.repeat(100_000), '[a]: '.repeat(50_000), 'java '.repeat(50_000)])
      markdown(text);
    assert.ok(performance.now() - begun < 8000, `${performance.now() - begun} ms`);
  });
});

it('P12 lets every file of every shipped connector and template pass', () => {
  const wrong = globSync('{connectors,templates}/**/*', {withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.replace(/^.*?((?:connectors|templates)\/)/, '$1'))
    .flatMap((path) => {
      const problem = pathProblem(path) ?? contentProblem(path, readFileSync(path));
      return problem === undefined ? [] : [`${path}: ${problem}`];
    });
  assert.deepEqual(wrong, []);
});
