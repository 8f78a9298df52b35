/** What the catalogue knows of one thing that can be installed: a package, or a connector that stands alone. Data only. */
import type {Connector, Package, Template} from '../../generated/types.ts';
import type {Json} from '../../values/json.ts';
import type {PackageFiles} from '../files.ts';
import type {State} from '../verify.ts';
import type {Icon} from './icon.ts';

export interface Release {
  readonly version: string;
  /** When a registry says that it was published. */
  readonly publishedAt?: string;
}

/** Where an entry comes from, and what is known of its bytes. */
export interface Origin {
  /** As it is written in messages. */
  readonly place: string;
  readonly state: State;
  /** Name and id of the key, when there is one. */
  readonly signer?: string;
  /** Why the state is modified or invalid. */
  readonly problems: readonly string[];
  /** SRI of the archive. */
  readonly integrity?: string;
  readonly releases?: readonly Release[];
  /** What is typed to have it. */
  readonly install?: string;
}

export interface ConnectorFacts {
  readonly manifest: Connector;
  /** By the name of the event. */
  readonly samples: ReadonlyMap<string, Json>;
  readonly readme?: string;
}

export interface TemplateFacts {
  readonly manifest: Template;
  readonly readme?: string;
  /** Package it is part of; none for templates of a folder. */
  readonly from?: string;
}

/** Events come from a source; jobs are started on, or changes made to, a target. */
export type Role = 'source' | 'target';

export interface Entry {
  /** `github`, `@acme/crm`. */
  readonly id: string;
  /** Its page, from the root of the catalogue. */
  readonly page: string;
  readonly title: string;
  readonly summary: string;
  readonly version: string;
  readonly categories: readonly string[];
  readonly roles: readonly Role[];
  readonly origin: Origin;
  /** Present for packages. */
  readonly package?: Package;
  readonly publisher: {readonly name: string; readonly url?: string};
  readonly license: string;
  readonly homepage?: string;
  readonly support?: string;
  readonly icon: Icon;
  readonly readme?: string;
  readonly changelog?: string;
  readonly connectors: readonly ConnectorFacts[];
  readonly templates: readonly TemplateFacts[];
}

/** Files that belong together, before they are read. */
export interface Shelf {
  readonly files: PackageFiles;
  readonly origin: Origin;
  /** A package is one entry; the connectors of a folder are one each. */
  readonly package?: Package;
}
