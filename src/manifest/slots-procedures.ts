/** The slots of procedures: steps in order, each knowing what the steps before it gave. */
import {inferValue, type Place, type Type} from '../expressions/check.ts';
import type {Connector, Procedure, Step} from '../generated/types.ts';
import {type ConnectorTypes, common, typesOf} from './connector-types.ts';
import {members, type ProcedurePart, procedures, stepsOf} from './parts.ts';
import {closed, deliveryType, type PlaceName, pick, runType, text, verdictType} from './root-types.ts';
import type {Slot} from './slots.ts';
import {withSlot} from './slots-operations.ts';
import {isUnsafe} from './writes.ts';

const test: Type = {type: 'boolean'};

/** What `prepare` gives must be known before (`learnPrepared`): it is a root of all others. */
export function procedureSlots(connector: Connector): Slot[] {
  return procedures(connector).flatMap((part) => walk(connector, part).slots);
}

/** The output of every `prepare`, known before anything reads it. */
export function learnPrepared(connector: Connector): void {
  for (const part of procedures(connector))
    if (part.role === 'prepare')
      typesOf(connector).setPrepared(part.name === '' ? undefined : part.name, walk(connector, part).output);
}

interface Walked {
  readonly slots: Slot[];
  readonly output: Type;
}

function walk(connector: Connector, part: ProcedurePart): Walked {
  const types = typesOf(connector);
  const setting = settingOf(types, part);
  const walker = new Walker(types, setting.place, setting.roots);
  for (const {step, pointer, inline} of stepsOf(part))
    walker.step(inline ? {...step, ...inlineOutput(part.procedure)} : step, pointer, inline);
  return walker.end(part, setting.expect);
}

/** The output of an inline step is the procedure's, with root `result`. */
function inlineOutput({output}: Procedure): Partial<Step> {
  return output === undefined ? {} : {output};
}

interface Setting {
  readonly place: PlaceName;
  readonly roots: Readonly<Record<string, Type>>;
  /** What the procedure must give. */
  readonly expect?: Type;
}

type SettingOf = (types: ConnectorTypes, part: ProcedurePart) => Setting;

const settings: Readonly<Record<ProcedurePart['role'], SettingOf>> = {
  prepare: (types, {name}) => ({
    place: 'prepare',
    roots: {connection: types.connection(name === '' ? undefined : [name])},
  }),
  probe: (types, {name}) => ({
    place: 'probe',
    roots: {
      connection: types.connection(name === '' ? undefined : [name]),
      prepared: types.prepared(name === '' ? undefined : [name]),
    },
    expect: {type: ['string', 'number', 'boolean']},
  }),
  action: actionSetting,
  preflight: preflightSetting,
  status: verbSetting,
  list: verbSetting,
  verb: verbSetting,
  subscribe: subscriptionSetting,
  unsubscribe: subscriptionSetting,
  renew: subscriptionSetting,
  check: (types, part) => ({...subscriptionSetting(types, part), expect: test}),
};

function settingOf(types: ConnectorTypes, part: ProcedurePart): Setting {
  return settings[part.role](types, part);
}

function actionSetting(types: ConnectorTypes, {name}: ProcedurePart): Setting {
  const action = types.connector.actions?.[name];
  const kind = action?.starts === undefined ? undefined : types.connector.jobs?.[action.starts];
  const ref = kind ? types.resolve(kind.ref) : undefined;
  return {
    place: 'action',
    roots: {
      input: types.input(action?.input),
      run: runType,
      connection: types.connection(action?.variants),
      prepared: types.prepared(action?.variants),
    },
    ...(ref !== undefined &&
      !action?.correlate && {
        expect: {
          type: 'object',
          properties: {jobs: {type: 'array', items: ref === true ? {} : ref}},
          required: ['jobs'],
        },
      }),
  };
}

/** The roots of its action, and the parameters of the action's unsafe write where it has one. */
function preflightSetting(types: ConnectorTypes, part: ProcedurePart): Setting {
  const {roots} = actionSetting(types, part);
  const action = types.connector.actions?.[part.name];
  const write = stepsOf({procedure: action ?? {}, pointer: part.pointer})
    .map(({step}) => (step.call === undefined ? undefined : types.connector.operations[step.call]))
    .find((operation) => operation !== undefined && isUnsafe(operation));
  return {
    place: 'preflight',
    roots: {...roots, ...(write && {write: types.params(write)})},
    expect: verdictType,
  };
}

/** Flags every verb of a name gets from the command line. */
const verbFlags: Readonly<Record<string, Readonly<Record<string, Type>>>> = {
  stop: {force: test},
  resume: {payload: true},
  attach: {'file?': true, 'id?': text},
  download: {id: text},
};

function verbSetting(types: ConnectorTypes, {name, owner, procedure}: ProcedurePart): Setting {
  const kind = owner === undefined ? undefined : types.connector.jobs?.[owner];
  const ref = kind ? types.resolve(kind.ref) : true;
  const verb = procedure as Procedure & {input?: never; batch?: number};
  const one = name !== 'list' && name !== 'payload' && verb.batch === undefined;
  return {
    place: 'verb',
    roots: {
      ...(one && {job: ref}),
      ...(verb.batch !== undefined && {jobs: {type: 'array', items: ref === true ? {} : ref}}),
      ...(name === 'log' && {cursor: {anyOf: [{}, {type: 'null'}]}}),
      input: types.input(verb.input, verbFlags[name]),
      connection: types.connection(),
      prepared: types.prepared(),
    },
  };
}

function subscriptionSetting(types: ConnectorTypes, {role}: ProcedurePart): Setting {
  return {
    place: 'subscription',
    roots: {
      delivery: deliveryType,
      ...(role !== 'subscribe' && {subscription: true}),
      connection: types.connection(),
      prepared: types.prepared(),
    },
  };
}

/** Walks steps in order and remembers what each gives and under which test. */
class Walker {
  readonly #types: ConnectorTypes;
  readonly #name: PlaceName;
  readonly #roots: Readonly<Record<string, Type>>;
  readonly #slots: Slot[] = [];
  readonly #steps: Record<string, Type> = {};
  readonly #conditions: Record<string, unknown> = {};
  readonly #denied: unknown[] = [];
  #result: Type = true;

  constructor(types: ConnectorTypes, name: PlaceName, roots: Readonly<Record<string, Type>>) {
    this.#types = types;
    this.#name = name;
    this.#roots = roots;
  }

  #place(more: Partial<Place> = {}, extra: Readonly<Record<string, Type>> = {}): Place {
    const roots = {...pick(this.#name, {...this.#roots, steps: closed(this.#steps)}), ...extra};
    return {...common, roots, conditions: {...this.#conditions}, denied: [...this.#denied], ...more};
  }

  #add(pointer: string, value: unknown, place: Place): void {
    this.#slots.push({pointer, value, place});
  }

  step(step: Step, pointer: string, inline: boolean): void {
    this.#add(`${pointer}/when`, step.when, this.#place({expect: test}));
    const given = step.when === undefined ? {} : {given: [step.when]};
    const each = this.#each(step, pointer, given);
    const own = this.#kind(step, pointer, this.#place(given, each));
    const withOutput = this.#output(step, pointer, own, {given, each});
    const single = step.onError ? this.#onError(step, pointer, withOutput, given) : withOutput;
    const type: Type = step.each === undefined ? single : {type: 'array', ...(single !== true && {items: single})};
    if (inline) this.#result = type;
    if (step.fail && step.when !== undefined) this.#denied.push(step.when);
    if (step.id === undefined) return;
    const key = step.when === undefined ? step.id : `${step.id}?`;
    this.#steps[key] = type;
    if (step.when !== undefined) this.#conditions[`steps.${step.id}`] = step.when;
  }

  #each(step: Step, pointer: string, given: Partial<Place>): Record<string, Type> {
    if (step.each === undefined) return {};
    this.#add(`${pointer}/each`, step.each, this.#place({...given, expect: {type: 'array'}}));
    const {type} = inferValue(step.each, this.#place(given));
    const item =
      type !== true && typeof type['items'] === 'object' && type['items'] !== null ? (type['items'] as Type) : true;
    return step.as === undefined ? {} : {[step.as]: item};
  }

  /** What the step gives before its output. */
  #kind(step: Step, pointer: string, place: Place): Type {
    const {connector} = this.#types;
    if (step.call !== undefined) {
      const operation = connector.operations[step.call];
      if (operation) this.#slots.push(withSlot({pointer, with: step.with}, place, this.#types.params(operation, true)));
      return this.#types.operation(step.call);
    }
    if (step.lookup !== undefined) {
      const lookup = connector.lookups?.[step.lookup];
      if (lookup) this.#slots.push(withSlot({pointer, with: step.with}, place, this.#types.params(lookup, true)));
      return true;
    }
    if (step.coerce !== undefined) {
      this.#add(`${pointer}/coerce`, step.coerce, {...place, expect: {type: 'object'}});
      this.#add(`${pointer}/to`, step.to, {...place, expect: {type: 'object'}});
      return {type: 'object'};
    }
    if (step.fail) {
      this.#add(`${pointer}/fail/message`, step.fail.message, {...place, context: 'text'});
      this.#add(`${pointer}/fail/hint`, step.fail.hint, {...place, context: 'text'});
      return true;
    }
    this.#add(`${pointer}/set`, step.set, place);
    return inferValue(step.set, place).type;
  }

  #output(
    step: Step,
    pointer: string,
    own: Type,
    {given, each}: {given: Partial<Place>; each: Record<string, Type>},
  ): Type {
    if (step.output === undefined) return own;
    const place = this.#place(given, {...each, result: own});
    this.#add(`${pointer}/output`, step.output, place);
    return inferValue(step.output, place).type;
  }

  #onError(step: Step, pointer: string, usual: Type, given: Partial<Place>): Type {
    const place = this.#place(given);
    this.#add(`${pointer}/onError/output`, step.onError?.output, place);
    const other = inferValue(step.onError?.output, place).type;
    return usual === true || other === true ? true : {anyOf: [usual, other]};
  }

  /** The procedure's output: that of its inline step, or its own over all steps. */
  end({procedure, pointer}: ProcedurePart, expect: Type | undefined): Walked {
    const last = this.#slots.find((slot) => slot.pointer === `${pointer}/output`);
    if (procedure.steps === undefined) {
      if (!last || expect === undefined) return {slots: this.#slots, output: this.#result};
      const slots = this.#slots.map((slot) => (slot === last ? {...slot, place: {...slot.place, expect}} : slot));
      return {slots, output: this.#result};
    }
    if (procedure.output === undefined) return {slots: this.#slots, output: closed({})};
    const place = this.#place(expect === undefined ? {} : {expect});
    this.#add(`${pointer}/output`, procedure.output, place);
    return {slots: this.#slots, output: inferValue(procedure.output, this.#place()).type};
  }
}

/** `correlate` reads what the steps of its action gave. */
export function correlateSlots(connector: Connector): Slot[] {
  const types = typesOf(connector);
  return members(connector.actions, '/actions').flatMap(({name, value, pointer}) => {
    const lookup = value.correlate ? connector.lookups?.[value.correlate.lookup] : undefined;
    if (!value.correlate || !lookup) return [];
    const setting = actionSetting(types, {pointer, role: 'action', name, procedure: value});
    const steps = closed(
      Object.fromEntries(
        (value.steps ?? []).flatMap(({id, when}): [string, Type][] =>
          id === undefined ? [] : [[when === undefined ? id : `${id}?`, true]],
        ),
      ),
    );
    const place: Place = {...common, roots: pick('action', {...setting.roots, steps})};
    return [withSlot({pointer: `${pointer}/correlate`, with: value.correlate.with}, place, types.params(lookup, true))];
  });
}
