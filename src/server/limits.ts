/** What one client may take from this server before it is cut off. Frameworks do not limit by default, so every limit is written here. */

export interface Limits {
  /** Largest body in bytes. */
  readonly body: number;
  readonly headerBytes: number;
  /** A request must be complete this long after its first byte. */
  readonly requestMs: number;
  readonly headersMs: number;
  /** Node closes late connections only when it looks; by default that is every 30 s. */
  readonly checkMs: number;
  readonly keepAliveMs: number;
  readonly requestsPerSocket: number;
  readonly connections: number;
  /** Requests of one socket address to the hooks within the window; far above what a single sender makes in a burst. */
  readonly hookRate: {readonly max: number; readonly windowMs: number};
}

export const defaultLimits: Limits = {
  body: 1024 * 1024,
  headerBytes: 16 * 1024,
  requestMs: 10_000,
  headersMs: 10_000,
  checkMs: 1000,
  keepAliveMs: 10_000,
  requestsPerSocket: 100_000,
  connections: 10_000,
  hookRate: {max: 1000, windowMs: 1000},
};
