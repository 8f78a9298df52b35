/** What one webhook feed of one connection needs to receive. No behaviour. */
import type {Connector, Feed} from '../generated/types.ts';
import type {JsonObject} from '../values/json.ts';
import type {KeySource} from './key-source.ts';

/** Live texts of each configured secret, read when asked for; several texts during a rotation, the first one signs. */
export type Secrets = Readonly<Record<string, () => readonly string[]>>;

/** What proves a delivery: the part of a hook that verifying and signing need. */
export interface Keyring {
  /** Id of the connection the events belong to. */
  readonly connection: string;
  readonly feedName: string;
  /** Configuration after defaults: root `connection`. */
  readonly config: JsonObject;
  readonly secrets: Secrets;
  /** Output of `subscribe`, where the feed has one. */
  readonly subscription?: JsonObject;
  /** Subscriptions that may sign, too: one that is being made, and one that was just replaced. */
  readonly otherSubscriptions?: readonly JsonObject[];
}

export interface Hook extends Keyring {
  readonly feed: Feed;
  readonly connector: Connector;
  /** Where senders reach this server, without a slash at the end: part of some signatures. */
  readonly publicUrl?: string;
  /** Keys that senders publish, through the connection's own door; without it, proofs that need them are refused (JW4014). */
  readonly keys?: KeySource;
}
