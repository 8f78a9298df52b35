/** Rules that look into READMEs: what has none is one finding elsewhere, not twenty here. */
import {eachConnector, eachTemplate, eachUnit, type Found, type Looking} from './rule.ts';
import type {ConnectorPart, TemplatePart, TextFile, UnitPart} from './subject.ts';

export type WithReadme<P> = P & {readonly readme: TextFile};

/** A unit without README has one finding about that, not twenty. */
function hasReadme<P extends UnitPart>(part: P): part is WithReadme<P> {
  return part.readme !== undefined;
}

export const inUnit = (look: (part: WithReadme<UnitPart>) => readonly Found[]): Looking =>
  eachUnit((part) => (hasReadme(part) ? look(part) : []));
export const inConnector = (look: (part: WithReadme<ConnectorPart>) => readonly Found[]): Looking =>
  eachConnector((part) => (hasReadme(part) ? look(part) : []));
export const inTemplate = (look: (part: WithReadme<TemplatePart>) => readonly Found[]): Looking =>
  eachTemplate((part) => (hasReadme(part) ? look(part) : []));
