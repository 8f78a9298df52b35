/** Rules about what must not leave a company with a package: credentials, people, tenants, networks. */
import {connectionParts, members} from '../../../manifest/parts.ts';
import {isObject, type Json} from '../../../values/json.ts';
import {isDocumented} from '../facts.ts';
import {at, inText, ofFile, replaceString} from '../places.ts';
import {
  credentials,
  guids,
  homePaths,
  internalHosts,
  mailAddresses,
  phoneNumbers,
  privateAddresses,
  publicAddresses,
  type Spot,
  tenantHosts,
} from '../private-data.ts';
import {fieldsOf, proseOf, textsOf} from '../prose.ts';
import {eachConnector, eachTemplate, eachUnit, everything, type Looking, type Row} from '../rule.ts';
import {textFiles} from '../subject.ts';

/** In every text, of each file the first three: the rest is like them. */
function everywhere(find: (text: string) => readonly Spot[], say: (found: string) => string): Looking {
  return everything(({files}) =>
    textFiles(files)
      .filter(({path}) => !/(^|\/)(LICENSE|NOTICE)(\.md)?$/.test(path))
      .flatMap((file) =>
        find(file.text)
          .slice(0, 3)
          .map(({offset, text}) => inText(file, offset, say(text))),
      ),
  );
}

const idKey =
  /(folder|project|account|tenant|organi[sz]ation|workspace|team|channel|robot|machine|queue|user|group|site|board|release)_?(id|key)$/i;

export const disclosureRules: readonly Row[] = [
  {
    id: 'PC501',
    title: 'no credential is written out',
    levels: 'error/error/error',
    why: 'who publishes it must take it back at once',
    fix: 'revoke it now; write a value that is plainly made up, or a reference such as env:NAME',
    ...everywhere(credentials, (found) => `this has the form of a credential (${found})`),
  },
  {
    id: 'PC502',
    title: 'mail addresses belong to nobody',
    levels: 'warning/error/error',
    why: 'samples and cases are sent about, and addresses in them are written to',
    fix: 'use names at example.com; people to ask stand in listing.support',
    ...everything(({files, connectors}) => {
      const support = new Set(
        connectors.flatMap(({manifest: {listing}}) => listing?.support?.replace(/^mailto:/, '') ?? []),
      );
      return textFiles(files)
        .filter(({path}) => !/(^|\/)(LICENSE|NOTICE)(\.md)?$/.test(path))
        .flatMap((file) =>
          mailAddresses(file.text)
            .filter(({text}) => !support.has(text))
            .slice(0, 3)
            .map(({offset, text}) => inText(file, offset, `${text} may be somebody’s address`)),
        );
    }),
  },
  {
    id: 'PC503',
    title: 'no address of a private network is written out',
    levels: 'warning/error/error',
    why: 'it tells how a network is built, and works nowhere else',
    fix: 'use names below example.com, or 192.0.2.x, 198.51.100.x, 203.0.113.x',
    ...everywhere(privateAddresses, (found) => `${found} is an address of a private network`),
  },
  {
    id: 'PC504',
    title: 'no public address of a machine is written out',
    levels: 'warning/error/error',
    why: 'it is somebody’s, today or tomorrow',
    fix: 'use names below example.com, or 192.0.2.x, 198.51.100.x, 203.0.113.x',
    ...everywhere(publicAddresses, (found) => `${found} is an address on the internet`),
  },
  {
    id: 'PC505',
    title: 'no name that only resolves inside a company is written out',
    levels: 'warning/error/error',
    why: 'it works nowhere else and tells how machines are named',
    fix: 'use names below example.com',
    ...everywhere(internalHosts, (found) => `${found} resolves only inside a network`),
  },
  {
    id: 'PC506',
    title: 'no path of somebody’s machine is written out',
    levels: 'warning/error/error',
    why: 'it names a person and works nowhere else',
    fix: 'use a path that starts at the project',
    ...everywhere(homePaths, (found) => `${found} is a path of one machine`),
  },
  {
    id: 'PC507',
    title: 'telephone numbers ring nowhere',
    levels: 'warning/error/error',
    why: 'samples are sent about, and numbers in them are called',
    fix: 'use numbers set aside for this: +1 555 … or +1 … 555 01xx',
    ...everywhere(phoneNumbers, (found) => `${found} may be somebody’s number`),
  },
  {
    id: 'PC508',
    title: 'no host of one customer is written out',
    levels: 'warning/error/error',
    why: 'the connector would reach one company from everywhere, and samples would name it',
    fix: 'make it a setting; in examples use acme, contoso or example as the first label',
    ...eachConnector(({files, manifest: {permissions}}) => {
      const wildcards = permissions.hosts.filter((host) => host.startsWith('*.'));
      return textFiles(files).flatMap((file) =>
        tenantHosts(file.text, wildcards)
          .slice(0, 3)
          .map(({offset, text}) => inText(file, offset, `${text} looks like the host of one customer`)),
      );
    }),
  },
  {
    id: 'PC509',
    title: 'a manifest holds no id of one installation',
    levels: 'warning/error/error',
    why: 'a GUID fits the tenant it was copied from and no other',
    fix: 'make it a setting, an input or a lookup by name; one that the vendor documents has evidence at its place',
    ...eachUnit((part) =>
      textsOf(part.manifest as unknown as Json)
        .filter(({pointer}) => !/\/(sample|examples?|evidence)(\/|$)/.test(pointer))
        .filter(({pointer}) => part.kind === 'template' || !isDocumented(part.manifest, pointer))
        .flatMap(({text, pointer}) =>
          guids(text).length > 0 ? [at(part.unit, pointer, 'a GUID is written out')] : [],
        ),
    ),
  },
  {
    id: 'PC510',
    title: 'a template names things of the target by name',
    levels: 'info/warning/error',
    why: 'numbers and ids fit the installation they were copied from',
    fix: 'use the input that takes a name; a lookup finds the id',
    ...eachTemplate(({unit, manifest}) =>
      textsAndNumbers(manifest.do as unknown as Json, '/do').flatMap(({key, pointer, value}) =>
        idKey.test(key) && /^[0-9]{3,}$|^[0-9a-f]{16,}$/i.test(value)
          ? [at(unit, pointer, `${key} ${value} fits one installation`)]
          : [],
      ),
    ),
  },
  {
    id: 'PC511',
    title: 'defaults of settings fit everybody',
    levels: 'warning/error/error',
    why: 'a default is used by those who did not think about it',
    fix: 'take the default away, or take one that means the same everywhere',
    ...eachConnector(({unit, manifest}) => {
      const wildcards = manifest.permissions.hosts.filter((host) => host.startsWith('*.'));
      return connectionParts(manifest).flatMap(({part, pointer}) =>
        fieldsOf(part.config, `${pointer}/config`).flatMap(({name, schema, pointer: place}) => {
          const value = schema['default'];
          const bad =
            typeof value === 'string' &&
            (idKey.test(name) || tenantHosts(` ${value}`, wildcards).length > 0 || guids(value).length > 0);
          return bad && value !== '' && !isDocumented(manifest, place)
            ? [at(unit, `${place}/default`, `the default of ${name} fits one installation`)]
            : [];
        }),
      );
    }),
  },
  {
    id: 'PC512',
    title: 'credentials are not sent in addresses',
    levels: 'info/warning/warning',
    why: 'addresses are written into logs of every machine on the way',
    fix: 'send it in a header or the body; where the vendor knows no other way, evidence says so',
    ...eachConnector(({unit, manifest}) =>
      textsOf(manifest as unknown as Json)
        .filter(
          ({pointer, text}) => /\/(query|url|path|baseUrl)(\/|$)/.test(pointer) && /\{\{[^}]*\bsecret\./.test(text),
        )
        .filter(({pointer}) => !pointer.startsWith('/feeds/') && !isDocumented(manifest, pointer))
        .map(({pointer}) => at(unit, pointer, 'a secret stands in an address')),
    ),
  },
  {
    id: 'PC513',
    title: 'addresses in texts of the manifest begin with https://',
    levels: 'info/warning/warning',
    why: 'people follow them',
    fix: 'write https://',
    mends: true,
    ...eachUnit((part) =>
      proseOf(part).flatMap(({text, pointer}) =>
        /http:\/\/(?!localhost|127\.|\[::1\])/.test(text)
          ? [
              at(part.unit, pointer, 'an address is not https', {
                edits: replaceString(
                  part.unit,
                  pointer,
                  text.replace(/http:\/\/(?!localhost|127\.|\[::1\])/g, 'https://'),
                ),
              }),
            ]
          : [],
      ),
    ),
  },
  {
    id: 'PC514',
    title: 'answers that hold credentials are masked',
    levels: 'warning/error/error',
    why: 'what is not masked is stored with the run and shown in logs',
    fix: 'add the pointer to response.redact of the operation',
    ...eachConnector(({unit, manifest}) =>
      members(manifest.operations, '/operations').flatMap(({name, value: {response, sample}, pointer}) =>
        secretKeys(sample as Json | undefined, '')
          .filter(
            (found) =>
              !(response?.redact ?? []).some((mask) => admitsPointer(mask, found, response?.items !== undefined)),
          )
          .map((found) =>
            at(unit, `${pointer}/sample${found}`, `the answer of ${name} holds a credential and is not masked`),
          ),
      ),
    ),
  },
  {
    id: 'PC515',
    title: 'no connection file and no store comes along',
    levels: 'error/error/error',
    why: 'they say which systems one operator has, and may hold secrets',
    fix: 'move connections/, stores, .env and keys out of the folder',
    ...everything(({files}) =>
      files.flatMap((file) =>
        /(^|\/)(connections|secrets|\.jobwire)\/|(^|\/)\.env(\.|$)|\.(sqlite|db|pem|key|p12|pfx)$/.test(file.path)
          ? [ofFile(file, `${file.path} belongs to one operator`)]
          : [],
      ),
    ),
  },
];

/** Texts and numbers with the key each stands under. */
function textsAndNumbers(value: Json, pointer: string, key = ''): {pointer: string; key: string; value: string}[] {
  if (typeof value === 'string' || typeof value === 'number') return [{pointer, key, value: String(value)}];
  if (Array.isArray(value)) return value.flatMap((item, i) => textsAndNumbers(item, `${pointer}/${i}`, key));
  return isObject(value)
    ? members(value, pointer).flatMap((one) => textsAndNumbers(one.value, one.pointer, one.name))
    : [];
}

/** Members whose name says that they hold a credential, and whose value is a text. */
function secretKeys(value: Json | undefined, pointer: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => secretKeys(item, `${pointer}/${i}`));
  if (!isObject(value)) return [];
  return members(value, pointer).flatMap(({name, value: inner, pointer: place}) =>
    typeof inner === 'string' &&
    inner !== '' &&
    /^(password|secret|client_?secret|private_?key|api_?key|access_?token|refresh_?token|signing_?secret)$/i.test(name)
      ? [place]
      : secretKeys(inner, place),
  );
}

/** A mask over the output; for a list the items may stand below other members of the answer. */
function admitsPointer(mask: string, pointer: string, isList: boolean): boolean {
  const form = new RegExp(
    `${isList ? '' : '^'}${mask.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]+')}$`,
  );
  return form.test(pointer) || pointer.endsWith(mask.slice(mask.lastIndexOf('/')));
}
