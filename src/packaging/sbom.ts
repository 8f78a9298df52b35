/** The bill of materials of a package: CycloneDX 1.6, from its contents alone. Must never hold a time, a machine or a random number. */
import {createHash} from 'node:crypto';
import type {Connector, Package, Template} from '../generated/types.ts';
import {parseReference} from '../manifest/reference.ts';
import {callsOf} from '../manifest/references-template.ts';

export interface Inventory {
  readonly manifest: Pick<Package, 'id' | 'version' | 'title' | 'summary' | 'license' | 'author'>;
  readonly connectors: readonly Connector[];
  readonly templates: readonly Template[];
  /** Path to sha256 of every data file, sorted. */
  readonly digests: ReadonlyMap<string, string>;
}

/** https://cyclonedx.org/docs/1.6/json/ */
export function billOfMaterials({manifest, connectors, templates, digests}: Inventory): object {
  const {id, version, title, summary, license, author} = manifest;
  const [group = '', name = ''] = id.split('/');
  const self = `pkg:npm/${encodeURIComponent(group)}/${name}@${version}`;
  const units = [
    ...connectors.map((unit) => ({unit, kind: 'connector', uses: []})),
    ...templates.map((unit) => ({unit, kind: 'template', uses: usedBy(unit, connectors)})),
  ];
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${serialOf(self, digests)}`,
    version: 1,
    metadata: {
      authors: [{name: author.name}],
      component: {
        type: 'data',
        'bom-ref': self,
        group,
        name,
        version,
        description: summary ?? title,
        licenses: [{expression: license}],
        purl: self,
      },
    },
    components: [
      ...units.map(({unit, kind}) => ({
        type: 'data',
        'bom-ref': `${kind}:${unit.id}`,
        name: unit.id,
        version: unit.version,
        description: unit.title,
        properties: [{name: 'jobwire:kind', value: kind}],
      })),
      ...[...digests].map(([path, content]) => ({
        type: 'file',
        'bom-ref': `file:${path}`,
        name: path,
        hashes: [{alg: 'SHA-256', content}],
      })),
    ],
    dependencies: [
      {ref: self, dependsOn: units.map(({unit, kind}) => `${kind}:${unit.id}`)},
      ...units.map(({unit, kind, uses}) => ({ref: `${kind}:${unit.id}`, dependsOn: uses})),
    ],
  };
}

function usedBy(template: Template, connectors: readonly Connector[]): string[] {
  const {on} = template;
  const references = [
    ...('connector' in on ? [on.connector] : []),
    ...callsOf(template).map(({call}) => call.connector),
  ];
  const used = new Set(references.map((reference) => parseReference(reference).id));
  return connectors.filter(({id}) => used.has(id)).map(({id}) => `connector:${id}`);
}

/** A UUID of version 8 (RFC 9562, 5.8): the first 122 free bits of a digest over name and files. */
function serialOf(self: string, digests: ReadonlyMap<string, string>): string {
  const lines = [self, ...[...digests].map(([path, digest]) => `${digest}  ${path}`)];
  const bytes = createHash('sha256').update(lines.join('\n')).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
