/** Reads a connector's simulator file. */
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fail} from '../errors/jobwire-error.ts';
import type {Simulator} from '../generated/types.ts';
import {JsonFault, parseJson} from '../values/json.ts';

/** JW7102 when the connector has none, JW1001 when it is not JSON. `jobwire check` looks at the rest. */
export function readSimulator(dir: string): Simulator {
  const path = join(dir, 'simulator.json');
  if (!existsSync(path)) throw fail('JW7102', {what: 'simulator', id: path});
  try {
    return parseJson(readFileSync(path, 'utf8')) as unknown as Simulator;
  } catch (error) {
    throw error instanceof JsonFault ? fail('JW1001', {problem: `${path}: ${error.message}`}) : error;
  }
}
