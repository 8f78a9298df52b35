/** Which templates are switched off, and why: kept in the store, seen by every process. Must never touch a run that was accepted. */
import {fail, type Issue} from '../errors/jobwire-error.ts';
import {type Json, own} from '../values/json.ts';
import {type Clock, iso} from '../values/time.ts';
import type {Documents, Engine, NewEvent} from './engine.ts';

/** `disabled` by a person; `paused` by Jobwire, because it failed too often in a row. */
export type SwitchState = 'enabled' | 'disabled' | 'paused';

export interface Switch {
  readonly state: SwitchState;
  /** Milliseconds since 1970; for `enabled` the time from which failures count anew. */
  readonly at: number;
  readonly by: string;
  readonly error?: Issue;
}

export interface Switches {
  get(template: string): Promise<Switch | undefined>;
  list(): Promise<ReadonlyMap<string, Switch>>;
  put(template: string, change: Omit<Switch, 'at'>): Promise<Switch>;
  /** Not older than a second: asked for each delivery. */
  recent(): Promise<ReadonlyMap<string, Switch>>;
}

const kind = 'template-switch';
const freshMs = 1000;

export function createSwitches(documents: Documents, clock: Clock): Switches {
  let known: {readonly at: number; readonly switches: Promise<ReadonlyMap<string, Switch>>} | undefined;
  const list = async (): Promise<ReadonlyMap<string, Switch>> => {
    const stored = await documents.list(kind);
    return new Map(stored.map(({key, value}) => [key, readSwitch(value)]));
  };
  return {
    list,
    async get(template) {
      const stored = await documents.get(kind, template);
      return stored === undefined ? undefined : readSwitch(stored);
    },
    async put(template, change) {
      const made = {...change, at: clock.now()};
      await documents.put(kind, template, made as unknown as Json);
      known = undefined;
      return made;
    },
    recent() {
      const age = known && Math.abs(clock.now() - known.at);
      if (known && age !== undefined && age < freshMs) return known.switches;
      const switches = list();
      known = {at: clock.now(), switches};
      switches.catch(() => {
        known = undefined;
      });
      return switches;
    },
  };
}

function readSwitch(stored: Json): Switch {
  const [state, at, by, error] = ['state', 'at', 'by', 'error'].map((name) => own(stored, name));
  return {
    state: state === 'disabled' || state === 'paused' ? state : 'enabled',
    at: typeof at === 'number' ? at : 0,
    by: typeof by === 'string' ? by : '',
    ...(error !== undefined && {error: error as unknown as Issue}),
  };
}

/** The event without the runs of templates that are off; their decisions say so. */
export function withoutOff(arrival: NewEvent, switches: ReadonlyMap<string, Switch>): NewEvent {
  const {event, drafts} = arrival;
  const off = (template: string): SwitchState | undefined => {
    const state = switches.get(template)?.state;
    return state === 'enabled' ? undefined : state;
  };
  if (!event.decisions.some(({template}) => off(template))) return arrival;
  const decisions = event.decisions.map((decision) => {
    const because = off(decision.template);
    if (because === undefined || decision.outcome === 'skipped') return decision;
    const {run: _, error: __, ...rest} = decision;
    return {...rest, outcome: 'skipped' as const, because};
  });
  return {...arrival, event: {...event, decisions}, drafts: drafts.filter(({template}) => !off(template))};
}

/** The same engine, in which what comes in from anywhere starts no template that is off. */
export function withSwitches(engine: Engine, switches: Switches): Engine {
  return {
    ...engine,
    async accept(batch) {
      const off = batch.events.some(({drafts}) => drafts.length > 0) ? await switches.recent() : undefined;
      return engine.accept(off?.size ? {...batch, events: batch.events.map((one) => withoutOff(one, off))} : batch);
    },
  };
}

/** JW5010 when a person asks for a template that is off. */
export async function refuseOff(switches: Switches, template: string): Promise<void> {
  const found = await switches.get(template);
  if (!found || found.state === 'enabled') return;
  const state = `${found.state} since ${iso(found.at)}${found.by === '' ? '' : ` by ${found.by}`}`;
  throw fail('JW5010', {template, state});
}
