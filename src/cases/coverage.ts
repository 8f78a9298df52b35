/** Which decisions of a manifest the cases would miss: each is spoilt in turn, and it is covered when a case then fails. */
import type {Place} from '../errors/jobwire-error.ts';
import type {Connector, Template} from '../generated/types.ts';
import type {Library, Unit} from '../manifest/library.ts';
import {parseReference} from '../manifest/reference.ts';
import type {CaseOwner, CaseUnit} from './case-file.ts';
import {type Point, type PointKind, pointsOf} from './coverage-points.ts';
import {runCase} from './run.ts';

export interface Covered {
  readonly kind: PointKind;
  readonly label: string;
  readonly at: Place;
  /** Title of the first case that would notice; absent when none would. */
  readonly by?: string;
}

export interface Coverage {
  readonly kind: 'connector' | 'template';
  readonly id: string;
  readonly points: readonly Covered[];
}

/** Of the units that the cases belong to. `cases` are those that pass: a failing one says nothing. */
export async function coverageOf(cases: readonly CaseUnit[], library: Library): Promise<Coverage[]> {
  const groups = new Map<Unit<unknown>, {owner: CaseOwner; units: CaseUnit[]}>();
  for (const unit of cases) {
    const group = groups.get(unit.owner.unit) ?? {owner: unit.owner, units: []};
    group.units.push(unit);
    groups.set(unit.owner.unit, group);
  }
  const found: Coverage[] = [];
  for (const {owner, units} of groups.values()) {
    const points: Covered[] = [];
    for (const point of pointsOf(owner)) points.push(await look(point, {owner, units, library}));
    found.push({kind: owner.kind, id: owner.unit.id, points});
  }
  return found;
}

interface Around {
  readonly owner: CaseOwner;
  readonly units: readonly CaseUnit[];
  readonly library: Library;
}

async function look(point: Point, {owner, units, library}: Around): Promise<Covered> {
  const {kind, label, pointer} = point;
  const spoilt = {...owner, unit: {...owner.unit, manifest: point.spoil()}} as unknown as CaseOwner;
  const changed = withUnit(library, spoilt);
  const known = {kind, label, at: owner.unit.locate(pointer)};
  for (const unit of units) {
    if (!point.mayMatter(unit)) continue;
    const {ok} = await runCase({...unit, owner: spoilt}, changed);
    if (!ok) return {...known, by: unit.manifest.title};
  }
  return known;
}

/** The library with one unit in place of that of the same id. */
function withUnit(library: Library, {kind, unit}: CaseOwner): Library {
  if (kind === 'template') {
    const templates = new Map<string, Unit<Template>>([...library.templates, [unit.id, unit]]);
    return {...library, templates, template: (id) => templates.get(id)};
  }
  const connectors = new Map<string, Unit<Connector>>([...library.connectors, [unit.id, unit]]);
  const connector: Library['connector'] = (reference) =>
    parseReference(reference).id === unit.id ? unit : library.connector(reference);
  return {...library, connectors, connector};
}
