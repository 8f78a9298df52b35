/** The parts that are used of npm's own clients, which come without types. Must never describe more than is called. */

declare module 'npm-registry-fetch' {
  import type {Agent} from 'node:http';

  interface FetchOptions {
    readonly registry: string;
    readonly method?: 'GET' | 'PUT';
    readonly headers?: Readonly<Record<string, string>>;
    readonly query?: Readonly<Record<string, string>>;
    readonly agent?: (url: URL) => Agent;
    readonly retry?: {readonly retries: number};
    readonly signal?: AbortSignal;
    readonly userAgent?: string;
    readonly strictSSL?: boolean;
    /** `//host/path/:_authToken` and its like. */
    readonly [credential: `//${string}`]: string;
  }

  interface FetchResponse {
    readonly status: number;
    buffer(): Promise<Buffer>;
  }

  function fetch(url: string, options: FetchOptions): Promise<FetchResponse>;
  namespace fetch {
    /** The address of the registry for a package. */
    function pickRegistry(spec: string, options: Readonly<Record<string, string>>): string;
  }

  export type {FetchOptions, FetchResponse};
  export default fetch;
}

declare module 'libnpmpublish' {
  import type {FetchOptions} from 'npm-registry-fetch';

  interface PublishOptions extends FetchOptions {
    readonly access?: 'public' | 'restricted';
    readonly defaultTag?: string;
  }

  export function publish(manifest: object, archive: Buffer, options: PublishOptions): Promise<unknown>;
}
