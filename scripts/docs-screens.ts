/** Takes the pictures of docs/guides/catalogue.md with the Chromium of this machine. The same sources give the same pages. */
import {existsSync, mkdirSync, mkdtempSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {chromium} from 'playwright-core';
import {buildCatalog} from '../src/packaging/catalog/build.ts';
import {openSources} from '../src/packaging/catalog/sources.ts';
import {writeCatalog} from '../src/packaging/catalog/write.ts';
import {noTrust} from '../src/packaging/trust.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const pictures = join(root, 'docs', 'guides', 'pictures');
const largest = 150 * 1024;

const shots = [
  {file: 'catalogue.png', page: 'index.html', width: 1280, height: 800, colorScheme: 'light'},
  {file: 'catalogue-listing.png', page: 'connectors/github.html', width: 390, height: 844, colorScheme: 'dark'},
] as const;

const executablePath = '/usr/bin/chromium';
if (!existsSync(executablePath)) throw new Error(`${executablePath} is missing; Debian: apt-get install chromium`);

const site = mkdtempSync(join(tmpdir(), 'jobwire-screens-'));
const browser = await chromium.launch({executablePath, args: ['--no-sandbox', '--disable-gpu']});
try {
  const shelves = await openSources(['shipped'], {
    ...{shipped: root, project: site, trust: noTrust, now: 0},
    registry: () => {
      throw new Error('the pictures need no registry');
    },
    leftOut: () => undefined,
  });
  const options = {title: 'Jobwire connectors', assets: join(root, 'site'), version: 'of this checkout'};
  writeCatalog(site, buildCatalog(shelves, options).files);
  mkdirSync(pictures, {recursive: true});
  for (const {file, page: path, width, height, colorScheme} of shots) {
    const page = await browser.newPage({viewport: {width, height}, colorScheme, reducedMotion: 'reduce'});
    await page.goto(pathToFileURL(join(site, path)).href);
    const picture = join(pictures, file);
    await page.screenshot({path: picture});
    const {size} = statSync(picture);
    process.stdout.write(`${file} ${size}\n`);
    if (size > largest) throw new Error(`${file} has ${size} bytes, at most ${largest} are wanted`);
  }
} finally {
  await browser.close();
  rmSync(site, {recursive: true, force: true});
}
