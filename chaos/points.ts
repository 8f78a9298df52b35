/** Every named point at which a server is killed, in the order an event passes them. No behaviour. */

/** What a request to the target is for, as seen on the wire. */
export type Wire = 'start' | 'look' | 'status' | 'poll' | 'token';

/** What a worker has a run for. `end` is a transition that ends a followed run and enqueues its follow-ups. */
export type Task = 'start' | 'resend' | 'recover' | 'settle' | 'track' | 'end';

export const points = [
  'boot:store-open',
  // A delivery.
  'accept:called',
  'accept:enqueued',
  'accept:before-commit',
  'accept:after-commit',
  'accept:resolved',
  'ack:before',
  'ack:sent',
  // A poll: its rows and its cursor are one commit.
  'poll:before-send',
  'poll:answered',
  'poll:fetched',
  'poll:enqueued',
  'poll:before-commit',
  'poll:after-commit',
  'poll:resolved',
  // A start: claimed, sent, answered, stored.
  'token:answered',
  'start:claimed',
  'start:before-send',
  'start:sent',
  'start:answered',
  'start:fetched',
  'start:learned',
  'start:before-commit',
  'start:after-commit',
  // A start whose worker died.
  'recover:claimed',
  'recover:learned',
  'recover:before-commit',
  'recover:after-commit',
  // An unclear outcome that is looked up.
  'settle:claimed',
  'look:before-send',
  'look:sent',
  'look:answered',
  'look:fetched',
  'settle:learned',
  'settle:before-commit',
  'settle:after-commit',
  // The second sending of what was not there.
  'resend:claimed',
  'resend:learned',
  'resend:before-commit',
  'resend:after-commit',
  // A job that is followed, and the follow-ups of its end.
  'track:claimed',
  'status:before-send',
  'status:answered',
  'status:fetched',
  'track:learned',
  'track:before-commit',
  'track:after-commit',
  'end:learned',
  'end:before-commit',
  'end:after-commit',
] as const;

export type Point = (typeof points)[number];
