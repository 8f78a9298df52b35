/** A catalogue built into a temporary folder, and a browser to look at it. Only this machine is asked for anything. */
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {extname, join, normalize} from 'node:path';
import {type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page} from 'playwright-core';
import {buildCatalog, type Catalog} from '../../src/packaging/catalog/build.ts';
import {openSources, type SourceTools} from '../../src/packaging/catalog/sources.ts';
import {writeCatalog} from '../../src/packaging/catalog/write.ts';
import {noTrust} from '../../src/packaging/trust.ts';
import type {SourceFolder} from './archives.ts';

export const chromiumPath = '/usr/bin/chromium';

/** What sources are opened with; packages that are left out are told to `leftOut`. */
export function sourceTools(leftOut: string[] = []): SourceTools {
  return {
    shipped: '.',
    project: tmpdir(),
    trust: noTrust,
    now: Date.parse('2026-11-24T00:00:00Z'),
    registry: (url = '') => ({url, credentials: {}, credentialKey: '', missing: []}),
    leftOut: (name) => leftOut.push(name),
  };
}

export async function catalogOf(sources: readonly string[], baseUrl?: string, leftOut?: string[]): Promise<Catalog> {
  const shelves = await openSources(sources, sourceTools(leftOut));
  return buildCatalog(shelves, {title: 'Jobwire connectors', baseUrl, assets: 'site', version: '0.1.0'});
}

export interface BuiltSite {
  readonly dir: string;
  readonly url: string;
  /** Paths that were asked for. */
  readonly requests: string[];
  close(): void;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export async function serveCatalog(catalog: Catalog): Promise<BuiltSite> {
  const root = mkdtempSync(join(tmpdir(), 'jobwire-catalog-'));
  const dir = join(root, 'a b é');
  writeCatalog(dir, catalog.files);
  const requests: string[] = [];
  const server = await listen((path) => {
    requests.push(path);
    const file = join(dir, normalize(path));
    return file.startsWith(dir) && existsSync(file) ? file : undefined;
  });
  const {port} = server.address() as AddressInfo;
  const close = (): void => {
    server.closeAllConnections();
    server.close();
    rmSync(root, {recursive: true, force: true});
  };
  return {dir, url: `http://127.0.0.1:${port}/`, requests, close};
}

function listen(fileOf: (path: string) => string | undefined): Promise<Server> {
  const server = createServer((request, response) => {
    const file = fileOf(decodeURIComponent(new URL(request.url ?? '/', 'http://site').pathname));
    if (file === undefined) response.writeHead(404).end();
    else response.writeHead(200, {'content-type': types[extname(file)] ?? 'text/plain'}).end(readFileSync(file));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/** Locally a missing browser is a test left out; where CI is set it is a failure. */
export async function openBrowser(skip: () => void): Promise<Browser> {
  if (!existsSync(chromiumPath) && process.env['CI'] === undefined) skip();
  return await chromium.launch({
    executablePath: chromiumPath,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
      ...['--disable-component-update', '--disable-sync'],
    ],
  });
}

export interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors of the console and of scripts, violations of the policy, dialogs, and requests that left the site. */
  readonly faults: string[];
}

export async function visit(browser: Browser, address: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({viewport: {width: 1280, height: 900}, reducedMotion: 'reduce', ...options});
  const page = await context.newPage();
  const faults: string[] = [];
  const origin = new URL(address).origin;
  page.on('console', (message) => {
    if (/error|warning/.test(message.type())) faults.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) faults.push(`request: ${request.url()}`);
  });
  page.on('requestfailed', (request) => {
    const problem = request.failure()?.errorText;
    if (problem !== 'net::ERR_ABORTED') faults.push(`failed: ${request.url()} ${problem}`);
  });
  await page.goto(address);
  return {context, page, faults};
}

/** A text that would run, load and break out, were it markup anywhere. */
export const evil =
  '<script>alert(1)</script><img src="https://evil.example/1.png" onerror=alert(2)>"\'></title><svg onload=alert(3)>';

/** Makes a package source a folder of loose connectors, one of which says such texts wherever it can. */
export function hostile(source: SourceFolder, text: string): void {
  source.remove('jobwire-package.json');
  source.change('connectors/acme-desk/connector.json', (json) => {
    const manifest = JSON.parse(json) as {title: string; summary: string; listing: object; evidence: object[]};
    const evidence = [{at: '', level: 'documented', from: text, note: text}];
    return JSON.stringify({...manifest, title: text, summary: text, evidence});
  });
  source.change('connectors/acme-desk/samples/incident.created.json', (json) =>
    json.replace(/: "[^"]*"/, `: ${JSON.stringify(text)}`),
  );
  source.write(
    'connectors/acme-desk/README.md',
    `# ${text}\n\n${text}\n\n![x](https://evil.example/2.png)\n\n| ${text} | b |\n| --- | --- |\n| \`${text}\` | [x](javascript:alert(4)) |\n\n\`\`\`html\n${text}\n\`\`\`\n`,
  );
  source.write(
    'connectors/acme-desk/icon.svg',
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(5)"><script>alert(6)</script></svg>',
  );
}
