/** Which faults are armed and for how many requests. Must never touch a socket. */
import {fail, nearest} from '../errors/jobwire-error.ts';
import type {Fault} from './format.ts';

export interface ArmedFault {
  readonly name: string;
  readonly fault: Fault;
  /** One request has met it. */
  use(): void;
}

/** What a request is for, as faults name it. */
export interface FaultTarget {
  readonly auth: boolean;
  /** Names of the operations and routes at this address. */
  readonly names: readonly string[];
}

export class FaultList {
  readonly #faults: Readonly<Record<string, Fault>>;
  readonly #armed = new Map<string, number>();

  constructor(faults: Readonly<Record<string, Fault>>) {
    this.#faults = faults;
  }

  /** For so many requests, by default as many as the fault says; none disarms it. JW1004 for a fault that is not there. */
  arm(name: string, times?: number): Fault {
    const fault = Object.hasOwn(this.#faults, name) ? this.#faults[name] : undefined;
    if (!fault) throw fail('JW1004', {what: 'fault', name}, {suggestions: nearest(name, Object.keys(this.#faults))});
    const count = times ?? fault.times ?? 1;
    this.#armed.delete(name);
    if (count > 0) this.#armed.set(name, count);
    return fault;
  }

  /** The fault this request meets: the one armed first. */
  find(target: FaultTarget): ArmedFault | undefined {
    for (const [name] of this.#armed) {
      const fault = this.#faults[name] as Fault;
      if (fault.fault !== 'refused' && isMeant(fault, target)) return {name, fault, use: () => this.#use(name)};
    }
    return undefined;
  }

  /** Faults by name with the number of requests that will meet them. */
  list(): {readonly name: string; readonly title?: string; readonly armed: number}[] {
    return Object.entries(this.#faults).map(([name, {title}]) => ({
      name,
      ...(title !== undefined && {title}),
      armed: this.#armed.get(name) ?? 0,
    }));
  }

  #use(name: string): void {
    const left = (this.#armed.get(name) ?? 0) - 1;
    if (left > 0) this.#armed.set(name, left);
    else this.#armed.delete(name);
  }
}

function isMeant({operation, auth}: Fault, target: FaultTarget): boolean {
  if (auth || target.auth) return auth === true && target.auth;
  return operation === '*' ? target.names.length > 0 : operation !== undefined && target.names.includes(operation);
}
