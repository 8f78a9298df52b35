/** Every expression of a connector in its place. */
import type {Connector} from '../generated/types.ts';
import type {Finding} from './issues.ts';
import {checkSlots, type Slot} from './slots.ts';
import {connectionSlots} from './slots-connection.ts';
import {feedSlots} from './slots-feeds.ts';
import {operationSlots} from './slots-operations.ts';
import {correlateSlots, learnPrepared, procedureSlots} from './slots-procedures.ts';
import type {Unit} from './unit.ts';

export function checkConnectorExpressions({manifest}: Unit<Connector>): Finding[] {
  return checkSlots(connectorSlots(manifest));
}

export function connectorSlots(connector: Connector): Slot[] {
  learnPrepared(connector);
  return [
    ...connectionSlots(connector),
    ...operationSlots(connector),
    ...procedureSlots(connector),
    ...correlateSlots(connector),
    ...feedSlots(connector),
  ];
}
