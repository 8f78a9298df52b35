/** A catalogue as files in memory: the same sources give the same bytes. Must never read a clock or the network. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {byCodeUnit, type PackageFiles, sha256, sortFiles} from '../files.ts';
import {entriesOf, templatesFor} from './entries.ts';
import type {Entry, Shelf, TemplateFacts} from './entry.ts';
import {indexPage} from './index-page.ts';
import {listingPage} from './listing-page.ts';
import {templatesOf} from './read-shelf.ts';
import {searchData} from './search-data.ts';
import {type Page, renderPage, type Site} from './shell.ts';

export interface CatalogOptions {
  readonly title: string;
  /** Where it will be; adds robots.txt, sitemap.xml and canonical addresses. */
  readonly baseUrl?: string | undefined;
  /** Folder with catalogue.css, catalogue.js and mark.svg. */
  readonly assets: string;
  readonly version: string;
}

export interface Catalog {
  readonly files: PackageFiles;
  readonly entries: readonly Entry[];
}

/** Errors: those of `entriesOf`. */
export function buildCatalog(shelves: readonly Shelf[], options: CatalogOptions): Catalog {
  const entries = entriesOf(shelves);
  const files = new Map<string, Uint8Array>();
  const asset = (name: string, content: string): string => {
    const [stem = '', ending = ''] = name.split(/\.(?=[a-z]+$)/);
    const hashed = `${stem}-${sha256(content).slice(0, 12)}.${ending}`;
    files.set(`assets/${hashed}`, Buffer.from(content));
    return hashed;
  };
  const own = (name: string): string => readFileSync(join(options.assets, name), 'utf8');
  files.set('assets/mark.svg', Buffer.from(own('mark.svg')));
  const icons = new Map(entries.map((entry) => [entry, asset(iconName(entry), entry.icon.svg)]));
  const site: Site = {
    title: options.title,
    version: options.version,
    style: asset('catalogue.css', own('catalogue.css')),
    script: asset('catalogue.js', own('catalogue.js')),
    searchData: asset('entries.js', searchData(entries)),
    ...(options.baseUrl !== undefined && {baseUrl: options.baseUrl}),
  };
  const pages = [indexPage(entries, icons, site), ...listings(entries, shelves, icons)];
  for (const page of pages) files.set(page.path, Buffer.from(renderPage(page, site)));
  for (const [path, text] of forCrawlers(pages, options.baseUrl)) files.set(path, Buffer.from(text));
  return {files: sortFiles(files), entries};
}

function iconName({id}: Entry): string {
  return `icon-${id.replace(/^@/, '').replace('/', '-')}.svg`;
}

function listings(entries: readonly Entry[], shelves: readonly Shelf[], icons: ReadonlyMap<Entry, string>): Page[] {
  const templates: TemplateFacts[] = [
    ...entries.flatMap((entry) => entry.templates),
    ...shelves.filter((shelf) => !shelf.package).flatMap(({files, origin}) => templatesOf(files, origin.place)),
  ].sort((a, b) => byCodeUnit(a.manifest.id, b.manifest.id));
  const pages = new Map(
    entries.flatMap(({connectors, page}) => connectors.map(({manifest}) => [manifest.id, page] as const)).reverse(),
  );
  return entries.map((entry) =>
    listingPage(entry, {icon: icons.get(entry) ?? '', templates: templatesFor(entry, templates), pages}),
  );
}

/** Only where addresses are known. */
function forCrawlers(pages: readonly Page[], baseUrl: string | undefined): [string, string][] {
  if (baseUrl === undefined) return [];
  const address = (path: string): string => new URL(path, baseUrl).href.replaceAll('&', '&amp;');
  const urls = pages.map(({path}) => `  <url><loc>${address(path)}</loc></url>`).sort(byCodeUnit);
  const sitemap = `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${urls.join('\n')}\n</urlset>\n`;
  return [
    ['robots.txt', `User-agent: *\nAllow: /\nSitemap: ${address('sitemap.xml')}\n`],
    ['sitemap.xml', sitemap],
  ];
}
