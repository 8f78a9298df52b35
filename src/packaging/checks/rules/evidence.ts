/** Rules about where facts come from: what was read, what was seen, what is only assumed. */

import {members} from '../../../manifest/parts.ts';
import {isUnsafe} from '../../../manifest/writes.ts';
import {isTouched, provedAlike} from '../facts.ts';
import {at} from '../places.ts';
import {eachConnector, type Row} from '../rule.ts';

export const evidenceRules: readonly Row[] = [
  {
    id: 'PC013',
    title: 'a connector says where its facts come from',
    levels: 'warning/error/error',
    why: 'operators decide by it whether to try something first',
    fix: 'add evidence with the pages, sources or observations you built on',
    ...eachConnector(({unit, manifest}) =>
      (manifest.evidence ?? []).length > 0 ? [] : [at(unit, '/evidence', 'there is no evidence')],
    ),
  },
  {
    id: 'PC014',
    title: 'evidence that is not inferred says from where',
    levels: 'warning/warning/error',
    why: '"documented" without a page cannot be checked when the vendor changes something',
    fix: 'name the page, the source or the system in "from"',
    ...eachConnector(({unit, manifest}) =>
      (manifest.evidence ?? []).flatMap(({level, from}, i) =>
        level === 'inferred' || (from ?? '').trim() !== ''
          ? []
          : [at(unit, `/evidence/${i}`, `${level} evidence does not say from where`)],
      ),
    ),
  },
  {
    id: 'PC015',
    title: 'inferred evidence says what is assumed',
    levels: 'info/warning/error',
    why: 'an operator can only confirm what is written down',
    fix: 'say the assumption in "note"',
    ...eachConnector(({unit, manifest}) =>
      (manifest.evidence ?? []).flatMap(({level, note}, i) =>
        level !== 'inferred' || (note ?? '').trim() !== ''
          ? []
          : [at(unit, `/evidence/${i}`, 'what is inferred is not said')],
      ),
    ),
  },
  {
    id: 'PC016',
    title: 'how much is inferred',
    levels: 'info/info/info',
    why: 'what was never run against the real system is where surprises are',
    fix: 'confirm it on a test account and raise the level',
    ...eachConnector(({unit, manifest: {evidence = []}}) => {
      const first = evidence.findIndex(({level}) => level === 'inferred');
      const count = evidence.filter(({level}) => level === 'inferred').length;
      return first < 0
        ? []
        : [at(unit, `/evidence/${first}`, `${count} of ${evidence.length} entries of evidence are inferred`)];
    }),
  },
  {
    id: 'PC017',
    title: 'webhook proofs and writes that must not happen twice have evidence',
    levels: 'info/warning/warning',
    why: 'a wrong guess here lets forged events in or does something twice',
    fix: 'add evidence at the feed or the operation, with its level',
    ...eachConnector(({unit, manifest}) => [
      ...members(manifest.feeds, '/feeds').flatMap(({name, value, pointer}) =>
        value.webhook === undefined ||
        provedAlike(manifest, value).some(([other]) => isTouched(manifest, `/feeds/${other}/webhook`))
          ? []
          : [at(unit, `${pointer}/webhook/verify`, `nothing says where the proof of ${name} is from`)],
      ),
      ...members(manifest.operations, '/operations').flatMap(({name, value, pointer}) =>
        !isUnsafe(value) || isTouched(manifest, pointer)
          ? []
          : [at(unit, pointer, `nothing says where the request of ${name} is from`, {key: true})],
      ),
    ]),
  },
];
