/** Starting a template by hand, with data a person or a program gives. Must never start any other template. */
import type {Engine} from '../engine/engine.ts';
import type {Decision} from '../engine/run.ts';
import {refuseOff, type Switches} from '../engine/switches.ts';
import {fail, nearest} from '../errors/jobwire-error.ts';
import type {Template} from '../generated/types.ts';
import type {Library} from '../manifest/library.ts';
import {validateAgainst} from '../manifest/validate.ts';
import {type Json, stringifyJson} from '../values/json.ts';
import {type Clock, iso, randomId} from '../values/time.ts';
import {sourceOf, sourceSchema} from './match.ts';
import {ownEvent} from './own-event.ts';

export interface Triggering {
  readonly template: string;
  /** For a schedule the time, which is now unless it is given. */
  readonly data?: Json | undefined;
  /** Names what happened: the same id twice starts nothing new. One is made unless it is given. */
  readonly id?: string | undefined;
  /** Header of whoever asks over HTTP. */
  readonly traceparent?: string | undefined;
}

export interface Triggered {
  readonly event: string;
  readonly id: string;
  readonly duplicate: boolean;
  readonly runs: readonly string[];
  /** Of this arrival; a duplicate changed nothing. */
  readonly decisions: readonly Decision[];
}

export interface TriggerTools {
  readonly engine: Pick<Engine, 'accept'>;
  readonly library: Library;
  readonly clock: Clock;
  readonly switches: Switches;
}

/** Errors: JW7102 no such template, JW4004 data that does not fit, JW5010 switched off, JW7101 an id that cannot be one. */
export async function trigger(asked: Triggering, tools: TriggerTools): Promise<Triggered> {
  const {engine, library, clock, switches} = tools;
  const template = templateOf(asked.template, library);
  const now = clock.now();
  const data = dataFor(template, asked.data, now);
  checkData(template, data, library);
  await refuseOff(switches, template.id);
  const {connection, event: type} = sourceOf(template);
  const id = idOf(asked.id);
  const {traceparent} = asked;
  const happening = {feed: 'manual', connection, type, id, data, time: now, traceparent} as const;
  const arrival = ownEvent(happening, template.id, {library, now});
  const [accepted] = await engine.accept({events: [arrival]});
  if (!accepted) throw fail('JW9001', {problem: 'the engine gave no answer'});
  const {uid, duplicate, runs} = accepted;
  return {event: uid, id, duplicate, runs, decisions: arrival.event.decisions};
}

export function templateOf(id: string, library: Library): Template {
  const unit = library.template(id);
  if (!unit) throw fail('JW7102', {what: 'template', id}, {suggestions: nearest(id, library.templates.keys())});
  return unit.manifest;
}

function dataFor({on}: Template, data: Json | undefined, now: number): Json {
  if (data !== undefined) return data;
  return 'schedule' in on ? {scheduledFor: iso(now)} : {};
}

/** Every place that does not fit, never a value. */
function checkData(template: Template, data: Json, library: Library): void {
  const schema = 'schedule' in template.on ? timeData : sourceSchema(template, library);
  const problems = schema ? validateAgainst(schema, data, {all: true}) : [];
  if (problems.length === 0) return;
  const problem = problems.map(({pointer, message}) => `data${pointer} ${message}`).join('; ');
  const {on} = template;
  const sample = 'manual' in on ? stringifyJson(on.manual.sample as Json) : undefined;
  const hint = sample === undefined ? 'give data as the template expects it' : `give data such as ${sample}`;
  throw fail('JW4004', {problem}, {owner: 'operator', hint});
}

const timeData = {
  type: 'object',
  required: ['scheduledFor'],
  additionalProperties: false,
  properties: {scheduledFor: {type: 'string', format: 'date-time'}},
};

const longestId = 500;

function idOf(id: string | undefined): string {
  if (id === undefined) return `manual-${randomId()}`;
  if (id.trim() !== '' && id.length <= longestId && id.isWellFormed() && !id.includes('\0')) return id;
  throw fail('JW7101', {problem: `an id is text of at most ${longestId} characters`});
}
