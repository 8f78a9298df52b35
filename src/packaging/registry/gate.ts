/** What one request to a registry may reach, and how much may come back. Must never let credentials leave the registry's origin. */
import {type ClientRequest, Agent as HttpAgent, type IncomingMessage} from 'node:http';
import {Agent as HttpsAgent} from 'node:https';
import {createGuard, type Guard} from '../../http/egress.ts';

export interface Gate {
  /** For npm's clients: they ask before every request, also before one that follows a redirect. */
  readonly agent: (url: URL) => HttpAgent;
  /** Why the request was stopped here. */
  readonly stopped: () => Stop | undefined;
}

export type Stop =
  | {readonly kind: 'elsewhere'; readonly url: string}
  | {readonly kind: 'refused'; readonly problem: string}
  | {readonly kind: 'too large'; readonly bytes: number};

export interface GateOptions {
  /** The only origin this request may talk to; a redirect away from it stops. */
  readonly origin: string;
  /** Host of the registry, which the operator chose: it alone may have a private address. */
  readonly trustedHost: string;
  readonly maxBytes: number;
}

export function openGate({origin, trustedHost, maxBytes}: GateOptions): Gate {
  const home = new URL(origin);
  const port = home.port === '' ? '' : `:${home.port}`;
  const trusted = trustedHost.replace(/^\[|\]$/g, '');
  const guard = createGuard({hosts: [`${home.hostname}${port}`], allowPrivate: [trusted]});
  let stop: Stop | undefined;
  const halt = (reason: Stop): Error => {
    stop ??= reason;
    return new Error(reason.kind);
  };
  return {
    agent(url) {
      if (url.origin !== home.origin) throw halt({kind: 'elsewhere', url: url.href});
      try {
        guard.check(url);
      } catch (error) {
        throw halt({kind: 'refused', problem: (error as Error).message});
      }
      return watched(openAgent(url, guard), (request, response) => {
        bound(request, response, {maxBytes, stop: () => halt({kind: 'too large', bytes: maxBytes})});
      });
    },
    stopped: () => stop,
  };
}

function openAgent(url: URL, {lookup}: Guard): HttpAgent {
  return url.protocol === 'https:' ? new HttpsAgent({lookup, rejectUnauthorized: true}) : new HttpAgent({lookup});
}

/** What agents do with a request that begins; every agent library overrides it, the types do not know it. */
interface Begins {
  addRequest(request: ClientRequest, ...rest: unknown[]): void;
}

function watched(agent: HttpAgent, heard: (request: ClientRequest, response: IncomingMessage) => void): HttpAgent {
  const begin = (agent as unknown as Begins).addRequest.bind(agent);
  const addRequest: Begins['addRequest'] = (request, ...rest) => {
    request.once('response', (response: IncomingMessage) => heard(request, response));
    begin(request, ...rest);
  };
  return Object.assign(agent, {addRequest});
}

/**
 * Ends an answer that grows too large, whatever its status. It is never decompressed: an encoding was not asked for, and a small
 * answer could become a huge one.
 */
function bound(
  request: ClientRequest,
  response: IncomingMessage,
  {maxBytes, stop}: {readonly maxBytes: number; readonly stop: () => Error},
): void {
  delete response.headers['content-encoding'];
  let bytes = 0;
  response.on('data', (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes > maxBytes) request.destroy(stop());
  });
}
