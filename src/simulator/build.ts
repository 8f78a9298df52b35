/** The world a simulator begins with: its collections filled, its switches set. */
import {readFileSync} from 'node:fs';
import {fail} from '../errors/jobwire-error.ts';
import type {Connector, Simulator} from '../generated/types.ts';
import {decodeUtf8, isObject, type Json, JsonFault, type JsonObject, own, parseJson} from '../values/json.ts';
import type {Clock} from '../values/time.ts';
import {changeSettings} from './control.ts';
import {DueList} from './due.ts';
import {Outbox} from './outbox.ts';
import {type Item, State} from './state.ts';
import {watch} from './timeline.ts';
import type {World} from './world.ts';

export interface Beginning {
  readonly connector: Connector;
  readonly simulator: Simulator;
  readonly clock: Clock;
  readonly settings?: JsonObject;
  readonly seedFile?: string;
}

/** JW1004 for a collection or setting that is not there, JW1002 and JW1006 for a seed file that is of no use. */
export function createWorld({connector, simulator, clock, settings, seedFile}: Beginning): World {
  const names = Object.keys(simulator.collections);
  const world: World = {
    state: new State(
      names,
      simulator.firstId ?? 1,
      watch(simulator.timelines, () => world),
    ),
    due: new DueList(),
    clock,
    settings: {...(simulator.settings as JsonObject | undefined)},
    limits: simulator.limits ?? {},
    taken: new Map(),
    senders: simulator.senders ?? {},
    outbox: new Outbox(clock),
    feeds: connector.feeds ?? {},
  };
  if (settings) changeSettings(world.settings, settings);
  const seeds = {...simulator.collections, ...(seedFile === undefined ? {} : readSeeds(seedFile))};
  world.state.seed(seeds as Record<string, Item[]>);
  return world;
}

function readSeeds(file: string): Record<string, Json> {
  const seeds = parse(file);
  if (!isObject(seeds) || Object.values(seeds).some((items) => !Array.isArray(items) || !items.every(isObject)))
    throw fail('JW1002', {problem: `${file} is not an object of lists of records`});
  return seeds;
}

function parse(file: string): Json {
  try {
    return parseJson(decodeUtf8(readFileSync(file)));
  } catch (error) {
    if (error instanceof JsonFault) throw fail('JW1001', {problem: `${file}: ${error.message}`});
    if (own(error, 'code') === 'ENOENT') throw fail('JW1006', {path: file, problem: 'there is no such file'});
    throw error;
  }
}
