/** Where writes may stand: never where only reading is meant, and at most one that must not be sent twice. */
import type {Connector, Operation} from '../generated/types.ts';
import type {Finding} from './issues.ts';
import {callSites, members, procedures, stepsOf} from './parts.ts';

type Found = Omit<Finding, 'code'>;

export function isUnsafe({effect, repeat}: Operation): boolean {
  return effect === 'write' && repeat !== 'safe';
}

const writing = new Set(['PUT', 'PATCH', 'DELETE']);

export function readingMethods({operations}: Connector): Found[] {
  return members(operations, '/operations').flatMap(({value: {effect, request}, pointer}) =>
    effect === 'read' && writing.has(request.method)
      ? [{pointer: `${pointer}/request/method`, facts: {method: request.method}}]
      : [],
  );
}

export function readingPlaces(connector: Connector): Found[] {
  return callSites(connector).flatMap(({pointer, call, onlyReads}) =>
    call !== undefined && onlyReads !== undefined && connector.operations[call]?.effect === 'write'
      ? [{pointer: `${pointer}/call`, facts: {problem: `${onlyReads}, and ${call} writes`}}]
      : [],
  );
}

/** Steps before the unsafe write are repeated after a crash; a second one could happen twice. */
export function oneUnsafeWrite(connector: Connector): Found[] {
  return procedures(connector).flatMap((part) => {
    const unsafe = stepsOf(part).filter(({step: {call}}) => {
      const operation = call === undefined ? undefined : connector.operations[call];
      return operation !== undefined && isUnsafe(operation);
    });
    const [first, ...more] = unsafe;
    return more.map(({step, pointer}) => ({
      pointer: `${pointer}/call`,
      facts: {problem: `${step.call} is a second unsafe write after ${first?.step.call}`},
    }));
  });
}
