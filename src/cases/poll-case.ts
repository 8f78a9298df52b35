/** Cases of a poll feed: one poll from a stored cursor, its rows as events, and the cursor that would be stored. */
import type {AcceptBatch, Accepted} from '../engine/engine.ts';
import type {EventRecord} from '../engine/run.ts';
import {fail} from '../errors/jobwire-error.ts';
import type {Feed} from '../generated/types.ts';
import {pollOnce} from '../ingest/poll.ts';
import {type PollState, readState, writeState} from '../ingest/poll-state.ts';
import type {PollTools} from '../ingest/poll-store.ts';
import type {StepRecord} from '../operations/trace.ts';
import type {Json, JsonObject} from '../values/json.ts';
import {warningsIn} from './call-case.ts';
import type {CaseUnit, Outcome} from './case-file.ts';
import {connectionId} from './connections.ts';
import type {Stage} from './stage.ts';

export async function pollFeed(
  {feedName, feed}: {feedName: string; feed: Feed},
  {manifest}: CaseUnit,
  stage: Stage,
): Promise<Outcome> {
  if (!feed.poll) throw fail('JW1013', {problem: `feed ${feedName} is neither a webhook nor a poll`});
  const {library, clock, redactor} = stage;
  const engine = remember(manifest.cursor as Json | undefined);
  const lines: StepRecord[] = [];
  const source = {connection: stage.connection(connectionId), feedName, feed};
  const polled = await pollOnce(source, {engine, library, clock, redactor, log: (line) => lines.push(line)});
  const error = polled.error?.issue() ?? engine.records.find(({state}) => state === 'dead')?.error;
  const issues = engine.records.flatMap(({error: issue}) => (issue ? [issue.code] : []));
  return {
    outcome: error ? 'failed' : 'succeeded',
    ...(error && {error}),
    events: engine.records.filter(({state}) => state === 'accepted').map(shown),
    warnings: [...new Set([...warningsIn(lines), ...issues])],
    ...(polled.after !== undefined && {cursor: polled.after}),
    writes: stage.writes(),
  };
}

/** A store for one poll. A case that names no cursor is a first poll. */
function remember(cursor: Json | undefined): PollTools['engine'] & {readonly records: readonly EventRecord[]} {
  const records: EventRecord[] = [];
  let state: PollState | undefined = cursor === undefined ? undefined : {value: cursor};
  return {
    records,
    cursor: async () => writeState(state),
    async accept({events, cursor: move}: AcceptBatch): Promise<Accepted[]> {
      records.push(...events.map(({event}) => event));
      if (move) state = readState(move.value);
      return events.map(({event, drafts}) => ({uid: event.uid, duplicate: false, runs: drafts.map(({id}) => id)}));
    },
    wake: async () => false,
  };
}

function shown({id, type, time, subject, data}: EventRecord): JsonObject {
  return {id, type, time, ...(subject !== undefined && {subject}), data};
}
