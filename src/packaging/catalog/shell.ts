/** The frame of every page: head with the content policy, header, footer. No inline script or style, no address but relative ones. */
import {type Html, html, type Part} from './html.ts';

/** What pages have in common. */
export interface Site {
  readonly title: string;
  /** Names of the asset files, which hold a hash of their content. */
  readonly style: string;
  readonly script: string;
  readonly searchData: string;
  /** Version of Jobwire. */
  readonly version: string;
  /** Where the site will be; only for addresses that must be absolute. */
  readonly baseUrl?: string;
}

export interface Page {
  /** From the root: `index.html`, `connectors/github.html`. */
  readonly path: string;
  readonly kind: 'index' | 'listing';
  readonly title: string;
  readonly description: string;
  readonly body: Part;
}

/** One line, for the meta element: it holds also for pages that are opened as files. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'none'; base-uri 'none'; form-action 'none'";

/** `../../` from `packages/acme/crm.html`. */
export function toRoot(path: string): string {
  return '../'.repeat(path.split('/').length - 1);
}

export function renderPage(page: Page, site: Site): string {
  const root = toRoot(page.path);
  const title = page.kind === 'index' ? site.title : `${page.title} – ${site.title}`;
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<meta name="description" content="${page.description}">
${site.baseUrl !== undefined && html`<link rel="canonical" href="${new URL(page.path, site.baseUrl).href}">\n`}<link rel="icon" href="${root}assets/mark.svg" type="image/svg+xml">
<link rel="stylesheet" href="${root}assets/${site.style}">
<script src="${root}assets/${site.searchData}" defer></script>
<script src="${root}assets/${site.script}" defer></script>
</head>
<body class="${page.kind}" data-root="${root}">
<a class="skip" href="#content">Skip to content</a>
${page.kind !== 'index' && topBar(root, site)}<main id="content" tabindex="-1">
${page.body}
</main>
${footer(site)}
<div class="visually-hidden" role="status" id="said"></div>
</body>
</html>
`;
  return document.text;
}

/** The first page says its name in its heading. */
function topBar(root: string, {title}: Site): Html {
  return html`<header class="top">
<a class="brand" href="${root}index.html"><img src="${root}assets/mark.svg" alt="" width="28" height="28"><span>${title}</span></a>
<nav aria-label="Catalogue"><a href="${root}index.html">All connectors</a> <kbd aria-hidden="true">/</kbd></nav>
</header>
`;
}

function footer({version}: Site): Html {
  return html`<footer>
<p>Made by <code>jobwire catalog build</code>, version ${version}, from manifests. Descriptions, set-up texts and icons are the publishers’ own; they are shown as text and nothing in them runs. Product names are trademarks of their owners.</p>
</footer>`;
}
