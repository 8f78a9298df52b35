/** What a manifest may say about credentials (language reference, 3.2), as far as this folder reads it. No behaviour. */

export interface AuthSettings {
  readonly apply?: ApplySettings;
  readonly obtain?: {readonly oauth2: OAuth2Settings} | {readonly login: LoginSettings};
  readonly sign?: SignSettings;
  readonly crumb?: CrumbSettings;
  readonly cookies?: boolean;
  readonly refreshOn?: readonly StatusRule[];
  readonly origins?: readonly unknown[];
}

export type StatusRule = number | string;

export interface ApplySettings {
  readonly headers?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
  readonly basic?: {readonly username: unknown; readonly password: unknown};
}

export interface OAuth2Settings {
  readonly grant: 'client_credentials' | 'password' | 'refresh_token';
  readonly tokenUrl: unknown;
  readonly clientId: unknown;
  readonly clientSecret?: unknown;
  readonly username?: unknown;
  readonly password?: unknown;
  readonly refreshToken?: unknown;
  readonly scope?: unknown;
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly clientAuth?: 'body' | 'basic';
  readonly encoding?: 'form' | 'json';
  readonly lifetime?: string;
  readonly skew?: string;
}

export interface RequestSettings {
  readonly method: string;
  readonly path?: unknown;
  readonly url?: unknown;
  readonly query?: unknown;
  readonly headers?: unknown;
  readonly body?: unknown;
  readonly auth?: boolean;
}

export interface LoginSettings {
  readonly request: RequestSettings;
  readonly token: unknown;
  readonly lifetime?: unknown;
  readonly skew?: string;
}

export interface CrumbSettings {
  readonly request: RequestSettings;
  readonly header: unknown;
  readonly value: unknown;
  readonly for?: 'write' | 'all';
  readonly refreshOn?: readonly StatusRule[];
}

export interface SignSettings {
  readonly algorithm?: 'sha1' | 'sha256' | 'sha512';
  readonly encoding?: 'hex' | 'base64';
  readonly key: unknown;
  readonly keyEncoding?: 'utf8' | 'base64' | 'hex';
  readonly keyStrip?: string;
  readonly base?: unknown;
  readonly header: string;
  readonly prefix?: string;
  readonly timestamp?: {readonly header: string; readonly format?: 'unix' | 'unix-ms' | 'iso' | 'http'};
}
