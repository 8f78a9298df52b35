/** Names for the parts of a simulator manifest. No behaviour. */
import type {Simulator} from '../generated/types.ts';

type Item<T> = T extends readonly (infer U)[] ? U : never;
type One<T> = Exclude<T, readonly unknown[] | undefined>;

export type Rule = NonNullable<Simulator['operations']>[string];
export type Route = Item<NonNullable<Simulator['routes']>>;
export type LetRow = Item<NonNullable<Rule['let']>>;
export type RejectRow = Item<NonNullable<Rule['reject']>>;
export type Insert = One<Rule['insert']> | Item<NonNullable<Rule['insert']>>;
export type Update = One<Rule['update']> | Item<NonNullable<Rule['update']>>;
export type Remove = NonNullable<Rule['remove']>;
export type Reply = One<Rule['reply']> | Item<NonNullable<Rule['reply']>>;
export type PlainReply = NonNullable<Simulator['notFound']>;
export type ODataRules = NonNullable<Simulator['odata']>;
export type OperationOData = NonNullable<Rule['odata']>;
export type Timelines = NonNullable<Simulator['timelines']>;
export type TimelineStep = Item<Timelines[string]['steps']>;
export type Limit = NonNullable<Simulator['limits']>[string];
export type Sender = NonNullable<Simulator['senders']>[string];
export type Notice = NonNullable<Timelines[string]['notify']>[string];
export type TokenRules = NonNullable<Simulator['token']>;
export type Fault = NonNullable<Simulator['faults']>[string];

/** Which records are meant: fields that must equal a value or one of a list, and a test per row. */
export interface Selection {
  readonly by?: {readonly [field: string]: unknown} | undefined;
  readonly where?: unknown;
}

/** One or a list, as a list. */
export function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  return value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
