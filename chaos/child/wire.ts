/** Listens to the HTTP client and the HTTP server of the process: requests and acknowledgements are points to die at. */
import {type ChannelListener, subscribe} from 'node:diagnostics_channel';
import {ServerResponse} from 'node:http';
import type {Wire} from '../points.ts';
import {pass} from './crash.ts';

interface Request {
  readonly method: string;
  readonly path: string;
}

export function watchWire(): void {
  watchClient();
  watchServer();
}

/** Channels of undici; each speaks synchronously, in the middle of what it tells. */
function watchClient(): void {
  on('undici:client:sendHeaders', (wire) => wire !== 'token' && pass(`${wire}:before-send`));
  on('undici:request:bodySent', (wire) => (wire === 'start' || wire === 'look') && pass(`${wire}:sent`));
  on('undici:request:headers', (wire) => pass(`${wire}:answered`));
  on('undici:request:trailers', (wire) => wire !== 'token' && pass(`${wire}:fetched`));
}

function on(channel: string, tell: (wire: Wire) => void): void {
  const listener: ChannelListener = (message) => {
    const wire = wireOf((message as {request: Request}).request);
    if (wire) tell(wire);
  };
  subscribe(channel, listener);
}

function wireOf({method, path}: Request): Wire | undefined {
  if (/\/connect\/token/.test(path)) return 'token';
  if (method === 'POST') return /StartJobs|AddQueueItem/.test(path) ? 'start' : undefined;
  if (/filter=Reference/.test(path)) return 'look';
  if (/filter=Key/.test(path)) return 'status';
  return path.startsWith('/rows') ? 'poll' : undefined;
}

/** Written in one piece: before it the sender has seen nothing, after it the kernel has all of it. */
function watchServer(): void {
  const end = ServerResponse.prototype.end as (this: ServerResponse, ...given: unknown[]) => ServerResponse;
  const watched = function (this: ServerResponse, ...given: unknown[]): ServerResponse {
    const isAck = this.req.url?.startsWith('/hooks/') === true && this.statusCode < 300;
    if (isAck) pass('ack:before');
    end.apply(this, given);
    if (isAck) pass('ack:sent');
    return this;
  };
  ServerResponse.prototype.end = watched as typeof ServerResponse.prototype.end;
}
