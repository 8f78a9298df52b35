/** The schema of the store as numbered steps. A step that was released is never changed: a change is a new step at the end. */

/** Marks a file as ours (PRAGMA application_id): "jbwr". */
export const applicationId = 0x6a627772;

/**
 * `runs.due_at` is when a run may next be claimed: its wakeAt, or while a worker has it the end of the lease. It is null for runs
 * that are over or held, and for queued runs of lanes.
 * Queued runs of lanes are found through `lanes.wake_at`, which is set while the lane has a free place and a run for it.
 * Dedupe keys have a table of their own, so that they outlive the events they guard.
 */
const first = `
CREATE TABLE events (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  uid         TEXT NOT NULL UNIQUE,
  connection  TEXT NOT NULL,
  feed        TEXT NOT NULL,
  type        TEXT NOT NULL,
  id          TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('accepted', 'ignored', 'dead')),
  deliveries  INTEGER NOT NULL,
  conflicts   INTEGER NOT NULL,
  body_hash   TEXT NOT NULL,
  content     TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_type ON events (connection, type, seq);
CREATE INDEX events_refused ON events (state, seq) WHERE state <> 'accepted';

CREATE TABLE identities (
  connection TEXT NOT NULL,
  type       TEXT NOT NULL,
  id         TEXT NOT NULL,
  uid        TEXT NOT NULL,
  state      TEXT NOT NULL,
  body_hash  TEXT NOT NULL,
  restarts   INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (id, type, connection)
) STRICT, WITHOUT ROWID;

CREATE TABLE cursors (
  connection TEXT NOT NULL,
  feed       TEXT NOT NULL,
  value      TEXT NOT NULL,
  PRIMARY KEY (connection, feed)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  seq              INTEGER PRIMARY KEY AUTOINCREMENT,
  id               TEXT NOT NULL UNIQUE,
  event            INTEGER NOT NULL REFERENCES events (seq),
  template         TEXT NOT NULL,
  template_version TEXT NOT NULL,
  target           TEXT NOT NULL,
  action           TEXT NOT NULL,
  connection       TEXT NOT NULL,
  delivery         TEXT NOT NULL,
  state            TEXT NOT NULL
    CHECK (state IN ('queued', 'starting', 'tracking', 'held', 'succeeded', 'failed', 'canceled')),
  attempt          INTEGER NOT NULL,
  priority         INTEGER NOT NULL,
  wake_at          INTEGER NOT NULL,
  due_at           INTEGER,
  deadline_at      INTEGER,
  lane             TEXT,
  lane_limit       INTEGER,
  lane_ordered     INTEGER,
  fence            INTEGER NOT NULL,
  worker           TEXT,
  hinted           INTEGER NOT NULL,
  created_at       INTEGER NOT NULL,
  updated_at       INTEGER NOT NULL,
  error            TEXT,
  data             TEXT NOT NULL
) STRICT;
CREATE INDEX runs_by_event ON runs (event);
CREATE INDEX runs_by_state ON runs (state, seq);
CREATE INDEX runs_by_template ON runs (template, seq);
CREATE INDEX runs_by_connection ON runs (connection, seq);
CREATE INDEX runs_due ON runs (priority DESC, due_at, seq) WHERE due_at IS NOT NULL;
CREATE INDEX runs_waiting_in_lane ON runs (lane, priority DESC, wake_at, seq) WHERE lane IS NOT NULL AND state = 'queued';
CREATE INDEX runs_in_flight_in_lane ON runs (lane) WHERE lane IS NOT NULL AND state IN ('starting', 'tracking');
CREATE INDEX runs_arrived_in_lane ON runs (lane, seq)
  WHERE lane IS NOT NULL AND state IN ('queued', 'starting', 'tracking');

CREATE TABLE lanes (
  key     TEXT PRIMARY KEY,
  max     INTEGER NOT NULL,
  ordered INTEGER NOT NULL,
  wake_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX lanes_due ON lanes (wake_at) WHERE wake_at IS NOT NULL;

CREATE TABLE jobs (
  connection TEXT NOT NULL,
  kind       TEXT NOT NULL,
  id         TEXT NOT NULL,
  run        INTEGER NOT NULL REFERENCES runs (seq) ON DELETE CASCADE,
  PRIMARY KEY (connection, kind, id, run)
) STRICT, WITHOUT ROWID;
CREATE INDEX jobs_by_run ON jobs (run);

CREATE TABLE counts (
  name TEXT PRIMARY KEY,
  n    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counts (name, n)
VALUES ('events', 0), ('queued', 0), ('starting', 0), ('tracking', 0), ('held', 0), ('succeeded', 0), ('failed', 0), ('canceled', 0);
`;

const documents = `
CREATE TABLE documents (
  kind  TEXT NOT NULL,
  key   TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;
`;

/**
 * `runs.data` is what a run began with; what became of it is longer by far, and stands apart: rows that grew where they are would tear
 * the pages of the table in two, and each change of state would write them again.
 */
const runContents = `
CREATE TABLE run_contents (
  run  INTEGER PRIMARY KEY REFERENCES runs (seq) ON DELETE CASCADE,
  data TEXT NOT NULL
) STRICT;
`;

export const migrations: readonly string[] = [first, documents, runContents];
