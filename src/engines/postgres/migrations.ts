/** The schema of the store as numbered steps. A step that was released is never changed: a change is a new step at the end. */

/** Sorted and compared by bytes: neither the locale of the server nor an update of its libraries can change an index. */
const text = 'text COLLATE "C" NOT NULL';

/**
 * `runs.due_at` is when a run may next be claimed: its wakeAt, or while a worker has it the end of the lease. It is null for runs
 * that are over or held, and for queued runs of lanes.
 * Queued runs of lanes are found through `lanes.wake_at`, which is set while the lane has a free place and a run for it. Whoever
 * changes what is queued or in flight in a lane holds the lock of its row; so places are never given twice, and in a lane the
 * order of `seq` is the order of commits.
 * What comes from outside and is looked up (identities, lanes, jobs) is found by a digest: an index row has a greatest size.
 * Dedupe keys have a table of their own, so that they outlive the events they guard.
 * `counts` holds several rows of a name (`part`), so that transactions need not wait for each other to count.
 */
const first = `
CREATE TABLE events (
  seq         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  uid         ${text} UNIQUE,
  connection  ${text},
  feed        ${text},
  type        ${text},
  id          ${text},
  received_at bigint NOT NULL,
  state       ${text} CHECK (state IN ('accepted', 'ignored', 'dead')),
  deliveries  integer NOT NULL,
  conflicts   integer NOT NULL,
  body_hash   ${text},
  content     ${text}
);
CREATE INDEX events_by_type ON events (connection, md5(type), seq);
CREATE INDEX events_refused ON events (state, seq) WHERE state <> 'accepted';

CREATE TABLE identities (
  key        ${text} PRIMARY KEY,
  id         ${text},
  uid        ${text},
  state      ${text},
  body_hash  ${text},
  restarts   integer NOT NULL,
  expires_at bigint NOT NULL
);
CREATE INDEX identities_by_id ON identities USING hash (id);

CREATE INDEX identities_by_end ON identities USING brin (expires_at);

CREATE TABLE cursors (
  connection ${text},
  feed       ${text},
  value      ${text},
  PRIMARY KEY (connection, feed)
);

CREATE TABLE runs (
  seq              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id               ${text} UNIQUE,
  event            bigint NOT NULL REFERENCES events (seq),
  template         ${text},
  template_version ${text},
  target           ${text},
  action           ${text},
  connection       ${text},
  delivery         ${text},
  state            ${text}
    CHECK (state IN ('queued', 'starting', 'tracking', 'held', 'succeeded', 'failed', 'canceled')),
  attempt          integer NOT NULL,
  priority         integer NOT NULL,
  wake_at          bigint NOT NULL,
  due_at           bigint,
  deadline_at      bigint,
  lane             text COLLATE "C",
  lane_of          text COLLATE "C",
  fence            bigint NOT NULL,
  worker           text COLLATE "C",
  claim            text COLLATE "C",
  claimed_from     text COLLATE "C",
  hinted           boolean NOT NULL,
  created_at       bigint NOT NULL,
  updated_at       bigint NOT NULL,
  error            text COLLATE "C",
  data             ${text}
) WITH (fillfactor = 80);
CREATE INDEX runs_by_event ON runs (event);
CREATE INDEX runs_by_state ON runs (state, seq);
CREATE INDEX runs_by_template ON runs (template, seq);
CREATE INDEX runs_by_connection ON runs (connection, seq);
CREATE INDEX runs_due ON runs (priority DESC, due_at, seq) WHERE due_at IS NOT NULL;
CREATE INDEX runs_waiting_in_lane ON runs (lane_of, priority DESC, wake_at, seq) WHERE lane_of IS NOT NULL AND state = 'queued';
CREATE INDEX runs_waking_in_lane ON runs (lane_of, wake_at) WHERE lane_of IS NOT NULL AND state = 'queued';
CREATE INDEX runs_in_flight_in_lane ON runs (lane_of) WHERE lane_of IS NOT NULL AND state IN ('starting', 'tracking');
CREATE INDEX runs_arrived_in_lane ON runs (lane_of, seq)
  WHERE lane_of IS NOT NULL AND state IN ('queued', 'starting', 'tracking');

CREATE TABLE lanes (
  key     ${text} PRIMARY KEY,
  max     integer NOT NULL,
  ordered boolean NOT NULL,
  wake_at bigint
) WITH (fillfactor = 50);
CREATE INDEX lanes_due ON lanes (wake_at) WHERE wake_at IS NOT NULL;

CREATE TABLE jobs (
  key ${text},
  run bigint NOT NULL REFERENCES runs (seq) ON DELETE CASCADE,
  PRIMARY KEY (key, run)
);
CREATE INDEX jobs_by_run ON jobs (run);

CREATE TABLE counts (
  name ${text},
  part integer NOT NULL,
  n    bigint NOT NULL,
  PRIMARY KEY (name, part)
) WITH (fillfactor = 50);

CREATE TABLE documents (
  kind  ${text},
  key   ${text},
  value ${text},
  PRIMARY KEY (kind, key)
);

CREATE TABLE workers (
  name       ${text} PRIMARY KEY,
  started_at bigint NOT NULL,
  seen_at    bigint NOT NULL,
  runs       integer NOT NULL
);
`;

export const migrations: readonly string[] = [first];
