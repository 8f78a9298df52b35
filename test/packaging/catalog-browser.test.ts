/** The catalogue as people meet it: with a mouse, with keys alone, without scripts, as files, on a phone, in the dark. */
import assert from 'node:assert/strict';
import {pathToFileURL} from 'node:url';
import {AxeBuilder} from '@axe-core/playwright';
import type {Browser, Page} from 'playwright-core';
import {copySource, fixture} from './archives.ts';
import {
  type BuiltSite,
  catalogOf,
  evil,
  hostile,
  openBrowser,
  serveCatalog,
  type Visit,
  visit,
} from './catalog-site.ts';

const shownIds = (page: Page): Promise<(string | null)[]> =>
  page.locator('#entries > li:visible').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-id')));
const focused = (page: Page): Promise<string> => page.evaluate<string>(`document.activeElement?.textContent ?? ''`);

const openAll = `for (const details of document.querySelectorAll('details')) details.open = true`;

describe('the catalogue in a browser', function () {
  this.timeout(60_000);
  let site: BuiltSite;
  let browser: Browser;
  let seen: Visit;

  before(async function () {
    browser = await openBrowser(() => this.skip());
    site = await serveCatalog(await catalogOf(['shipped', fixture]));
  });
  after(async () => {
    await browser?.close();
    site?.close();
  });
  afterEach(async () => {
    await seen?.context.close();
  });

  const open = async (path = 'index.html', options: Parameters<typeof visit>[2] = {}): Promise<Page> => {
    seen = await visit(browser, new URL(path, site.url).href, options);
    return seen.page;
  };

  it('finds a connector by a word of one of its events, best first', async () => {
    const page = await open();
    await page.fill('#search', 'incident');
    const ids = await shownIds(page);
    assert.ok(ids.includes('servicenow') && ids.includes('@acme/incident-automation'), ids.join());
    assert.ok(ids.length < 20);
    await page.fill('#search', 'jira');
    assert.equal((await shownIds(page))[0], 'jira-cloud');
    assert.deepEqual(seen.faults, []);
  });

  it('filters by kind, category and signature, and says how many are left', async () => {
    const page = await open();
    await page.check('#kind-target', {force: true});
    assert.ok((await shownIds(page)).includes('uipath-orchestrator'));
    assert.ok(!(await shownIds(page)).includes('github'));
    await page.check('#category-agents', {force: true});
    assert.deepEqual(await shownIds(page), ['kubiya']);
    assert.match((await page.textContent('#count')) ?? '', /^1 of \d+ entries$/);
    await page.check('#kind-all', {force: true});
    await page.check('#category-all', {force: true});
    await page.check('#state-unsigned', {force: true});
    assert.deepEqual(await shownIds(page), ['@acme/incident-automation']);
    assert.deepEqual(seen.faults, []);
  });

  it('sorts, and keeps what is chosen in the address', async () => {
    const page = await open();
    const before = await shownIds(page);
    await page.selectOption('#sort', 'actions');
    const sorted = await shownIds(page);
    assert.notDeepEqual(sorted, before);
    assert.equal(sorted[0], 'istari');
    await page.reload();
    assert.deepEqual(await shownIds(page), sorted);
    assert.match(page.url(), /#sort=actions$/);
  });

  it('says that nothing fits, and shows everything again', async () => {
    const page = await open();
    const all = await shownIds(page);
    await page.fill('#search', 'no such thing anywhere');
    assert.deepEqual(await shownIds(page), []);
    await page.click('#reset');
    assert.deepEqual(await shownIds(page), all);
  });

  it('is used with keys alone: search, move, open, back', async () => {
    const page = await open();
    const {keyboard} = page;
    await keyboard.press('/');
    await keyboard.type('github');
    await keyboard.press('ArrowDown');
    assert.equal(await focused(page), 'GitHub');
    await keyboard.press('ArrowUp');
    assert.equal(await page.evaluate(`document.activeElement?.id`), 'search');
    await keyboard.press('Escape');
    assert.equal(await page.inputValue('#search'), '');
    await keyboard.press('ArrowDown');
    await keyboard.press('ArrowDown');
    assert.equal(await focused(page), await page.locator('#entries h3 a').nth(1).textContent());
    await keyboard.press('Escape');
    await keyboard.type('servicenow');
    await keyboard.press('Enter');
    await page.waitForURL(/connectors\/servicenow\.html$/);
    assert.equal(await page.textContent('h1'), 'ServiceNow');
    await keyboard.press('Tab');
    assert.equal(await focused(page), 'Skip to content');
    await keyboard.press('/');
    await page.waitForURL(/index\.html/);
    await page.waitForFunction(`document.activeElement?.id === 'search'`);
    assert.deepEqual(seen.faults, []);
  });

  it('copies the line that installs a package', async () => {
    const page = await open('packages/acme/incident-automation.html', {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await page.locator('.command button').first().click();
    assert.equal(
      await page.evaluate(`navigator.clipboard.readText()`),
      'jobwire install @acme/incident-automation@1.0.0',
    );
    assert.equal(await page.textContent('#said'), 'Copied');
    assert.deepEqual(seen.faults, []);
  });

  it('opens what a link leads into', async () => {
    const page = await open('connectors/github.html#event-github-issues.opened');
    assert.ok(await page.locator('[id="event-github-issues.opened"] table').isVisible());
  });

  it('works as files', async () => {
    seen = await visit(browser, pathToFileURL(`${site.dir}/index.html`).href);
    const {page, faults} = seen;
    await page.fill('#search', 'kubiya');
    assert.deepEqual(await shownIds(page), ['kubiya']);
    await page.keyboard.press('Enter');
    await page.waitForURL(/connectors\/kubiya\.html$/);
    assert.equal(await page.evaluate(`document.querySelector('.head img').naturalWidth > 0`), true);
    assert.notEqual(await page.evaluate(`getComputedStyle(document.body).maxWidth`), 'none');
    assert.deepEqual(faults, []);
  });

  it('is complete without scripts: a list that can be read and opened', async () => {
    const page = await open('index.html', {javaScriptEnabled: false});
    assert.equal(await page.locator('#finder').isVisible(), false);
    assert.ok((await page.locator('#entries > li:visible').count()) > 30);
    await page.getByRole('link', {name: 'GitHub', exact: true}).click();
    assert.match((await page.textContent('h1')) ?? '', /GitHub/);
    await page.locator('summary').first().click();
    assert.ok(await page.locator('details[open] table').first().isVisible());
    assert.deepEqual(seen.faults, []);
  });

  it('shows hostile texts as text: nothing runs, nothing is loaded, as files too', async () => {
    const source = copySource();
    hostile(source, evil);
    const place = await serveCatalog(await catalogOf([source.dir]));
    try {
      for (const base of [place.url, `${pathToFileURL(place.dir).href}/`])
        for (const path of ['index.html', 'connectors/acme-desk.html']) {
          const {page, context, faults} = await visit(browser, `${base}${path}`);
          await page.evaluate(openAll);
          assert.ok((await page.textContent('main'))?.includes('<script>alert(1)</script>'), path);
          assert.deepEqual(faults, [], path);
          await context.close();
        }
    } finally {
      place.close();
      source.close();
    }
  });

  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [1280, 390])
      for (const path of ['index.html', 'connectors/awx.html', 'packages/acme/incident-automation.html'])
        it(`${path} has no serious finding and no sideways scrolling (${colorScheme}, ${width})`, async () => {
          const page = await open(path, {colorScheme, viewport: {width, height: 844}});
          await page.evaluate(openAll);
          const {violations} = await new AxeBuilder({page})
            .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
            .analyze();
          assert.deepEqual(
            violations
              .filter(({impact}) => impact === 'serious' || impact === 'critical')
              .map(({id, nodes}) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 150))}`),
            [],
          );
          assert.equal(await page.evaluate(`document.documentElement.scrollWidth > innerWidth`), false);
          assert.deepEqual(seen.faults, []);
        });
});
