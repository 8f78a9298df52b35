import {join} from 'node:path';
import {Args, Flags, JobwireCommand} from '../../command.ts';
import {readConfig, readRegistrySources} from '../../config.ts';
import {fail} from '../../errors/jobwire-error.ts';
import {buildCatalog} from '../../packaging/catalog/build.ts';
import {openSources} from '../../packaging/catalog/sources.ts';
import {writeCatalog} from '../../packaging/catalog/write.ts';
import {openDesk} from '../../packaging/registry/desk.ts';
import {runtimeVersion} from '../../packaging/runtime-version.ts';
import {readTrust} from '../../packaging/trust.ts';
import {packageRoot} from '../../values/package-root.ts';
import {systemClock} from '../../values/time.ts';

export default class CatalogBuild extends JobwireCommand {
  static override summary = 'Make a website that lists connectors and packages';
  static override description =
    'A source is a folder with connectors/, a package source, an archive (.tgz), the word shipped for the connectors of Jobwire, installed for the packages of the project, or registry (registry:<address>) for what is published there. The site is static: it needs no server, and opens as files. Texts and icons of publishers are shown as text and pictures; nothing in them runs. A folder that holds something else is not written to.';
  static override examples = [
    '<%= config.bin %> catalog build --out site',
    '<%= config.bin %> catalog build shipped installed packages/incident-automation --out site --title "Acme connectors"',
    '<%= config.bin %> catalog build dist/acme-crm-1.0.0.tgz --out site --base-url https://connectors.acme.example/',
  ];
  static override args = {
    sources: Args.string({description: 'What to list; shipped and installed without it', multiple: true}),
  };
  static override flags = {
    out: Flags.string({summary: 'Folder of the site', required: true}),
    title: Flags.string({summary: 'Its title', default: 'Jobwire connectors'}),
    'base-url': Flags.string({summary: 'Address it will have; adds robots.txt and sitemap.xml'}),
  };

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CatalogBuild);
    const {project} = readConfig({project: flags.project});
    const sources = args.sources ?? ['shipped', 'installed'];
    const shelves = await openSources(sources, {
      shipped: packageRoot,
      project,
      trust: readTrust(project),
      now: systemClock.now(),
      registry: (address) => {
        const {registries} = openDesk({project, ...readRegistrySources(project)}, systemClock, address);
        return registries.main;
      },
      leftOut: (name, problem) => this.say(`${name} is left out: ${problem}`),
    });
    const {files, entries} = buildCatalog(shelves, {
      title: flags.title,
      baseUrl: flags['base-url'] === undefined ? undefined : baseAddress(flags['base-url']),
      assets: join(packageRoot, 'site'),
      version: runtimeVersion(),
    });
    const {written, kept, removed} = writeCatalog(flags.out, files);
    this.print(`${entries.length} entries, ${files.size} files in ${flags.out}`);
    this.say(`written ${written.length}, unchanged ${kept.length}, removed ${removed.length}`);
    this.say(`open ${join(flags.out, 'index.html')}`);
    return {
      out: flags.out,
      entries: entries.map(({id, version, page, origin: {state}}) => ({id, version, page, state})),
      written,
      removed,
    };
  }
}

function baseAddress(text: string): string {
  const url = URL.parse(text.endsWith('/') ? text : `${text}/`);
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '' || url.username !== '')
    throw fail('JW7101', {problem: `--base-url ${text}: an http or https address without query and fragment is meant`});
  return url.href;
}
