/** Block JW6xxx of the catalogue: packages. Rows only. */
import type {Row} from './row.ts';

export const packagesCodes = {
  JW6001: ['file not allowed', 'author', '{path}: {problem}', 'pack data files only'],
  JW6002: ['digest or signature wrong', 'operator', '{problem}', 'install the package again from a source you trust'],
  JW6003: ['needs a newer runtime', 'operator', 'needs Jobwire {range}, this is {version}', 'upgrade Jobwire'],
  JW6004: ['new permission needs consent', 'operator', '{problem}', 'review and accept the new permissions'],
  JW6005: ['breaking change without major version', 'author', '{problem}', 'raise the major version'],
  JW6006: ['package not complete', 'author', '{path}: {problem}', 'complete the package source'],
  JW6020: [
    'registry not usable',
    'operator',
    '{registry}: {problem}',
    'check the address of the registry, then try again; what the lock names and this machine has seen needs no registry',
  ],
  JW6021: [
    'not in the registry',
    'operator',
    '{package} is not in {registry}: {problem}',
    'check the name and version',
  ],
  JW6022: [
    'registry refuses the credentials',
    'operator',
    '{registry} answers {status} to {request}',
    'check the token of this registry in .npmrc: {key}=…',
  ],
  JW6023: [
    'version exists already',
    'author',
    '{package} {version} is in {registry} already',
    'a published version never changes: raise the version',
  ],
  JW6024: [
    'package of another registry',
    'operator',
    '{problem}',
    'take it from the registry that is pinned; to change over, remove the package first',
  ],
  JW6025: ['name looks like another one', 'operator', '{problem}', 'check who publishes it'],
  JW6026: [
    'older than what is installed',
    'operator',
    '{package} {version} is older than {installed}',
    'take the newer one, or say --allow-downgrade',
  ],
  JW6027: [
    'packages are being changed',
    'operator',
    '{problem}',
    'wait until the other command has ended, then try again',
  ],
  JW6028: ['registry index not usable', 'operator', '{problem}', 'get a present index from its publisher'],
  JW6029: [
    'connector comes from elsewhere already',
    'operator',
    'connector {id} of {package} is {owner} already',
    'to use the one of the package, say --replace {id}',
  ],
  JW6040: [
    'not ready to be published',
    'author',
    '{problem}',
    'mend what the finding says; docs/reference/publish-check.md has the reasons',
  ],
} as const satisfies Record<string, Row>;
