/** Where the API is, as settings of a connection: the origin is always the operator's to name, variables of the path are settings of their own. */
import type {JsonObject} from '../../values/json.ts';
import type {Api, ApiServer} from './model.ts';
import {type Namer, toName} from './names.ts';
import {segment} from './parameters.ts';

export interface Address {
  readonly baseUrl: string;
  readonly properties: JsonObject;
  readonly required: readonly string[];
  /** Settings a case can use. */
  readonly sample: JsonObject;
  /** Origin to resolve relative addresses of the definition against. */
  readonly origin?: string;
}

const standIn = 'https://api.example.com';

export function addressOf({servers, title}: Api, namer: Namer): Address {
  const [server = {url: '', variables: {}}, ...others] = servers;
  const [, scheme = '', path = ''] = /^([a-z][a-z0-9+.-]*:\/\/[^/]*)?(.*)$/is.exec(server.url) ?? [];
  const filled = scheme.replace(/\{([^{}]+)\}/g, (whole, name: string) => server.variables[name]?.default ?? whole);
  const origin = /^https?:\/\/[^{}]+$/i.test(filled) && URL.canParse(filled) ? new URL(filled).origin : undefined;
  const about = [
    `Where ${title} is`,
    ...(others.length > 0
      ? [
          `also ${others
            .map(({url}) => url)
            .slice(0, 5)
            .join(', ')}`,
        ]
      : []),
  ];
  namer.take('url');
  const properties: JsonObject = {
    url: {
      type: 'string',
      format: 'uri',
      title: 'Address of the API',
      description: about.join('; '),
      ...(origin !== undefined && {default: origin}),
    },
  };
  const sample: JsonObject = {url: origin ?? standIn};
  const required = origin === undefined ? ['url'] : [];
  const rendered = pathOf(path, server, {properties, sample, required, namer});
  return {
    baseUrl: `{{connection.url}}${rendered}`,
    properties,
    required,
    sample,
    ...(origin !== undefined && {origin}),
  };
}

interface Settings {
  readonly properties: JsonObject;
  readonly sample: JsonObject;
  readonly required: string[];
  readonly namer: Namer;
}

function pathOf(path: string, {variables}: ApiServer, {properties, sample, required, namer}: Settings): string {
  const plain = path.replace(/[?#].*$/s, '').replace(/\/+$/, '');
  const absolute = plain === '' || plain.startsWith('/') ? plain : `/${plain}`;
  const names = new Map<string, string>();
  return absolute.replace(/\{([^{}]+)\}|[{}]/g, (whole, wire?: string) => {
    if (wire === undefined) return encodeURIComponent(whole);
    const name = names.get(wire) ?? namer.take(toName(wire, 'part'));
    const {default: preset, values = [], about} = variables[wire] ?? {};
    if (!names.has(wire)) {
      names.set(wire, name);
      properties[name] = {
        type: 'string',
        title: wire,
        ...(about !== undefined && {description: about.slice(0, 200)}),
        ...(values.length > 0 && {enum: [...values]}),
        ...(preset !== undefined && (values.length === 0 || values.includes(preset)) && {default: preset}),
      };
      if (preset === undefined) required.push(name);
      sample[name] = preset ?? values[0] ?? 'text';
    }
    return preset?.includes('/') ? `{{segments connection.${segment(name)}}}` : `{{connection.${segment(name)}}}`;
  });
}
