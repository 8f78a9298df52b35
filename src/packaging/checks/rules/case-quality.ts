/** Rules about what cases show of feeds, limits and templates, and that they compare something. */
import {members} from '../../../manifest/parts.ts';
import type {Json} from '../../../values/json.ts';
import {casesAbout, endOf, isUnclear, meets, ranTargets, refusesDelivery, targetsOf} from '../case-facts.ts';
import {allRows} from '../facts.ts';
import {at, ofFile} from '../places.ts';
import {eachConnector, eachTemplate, eachUnit, type Row} from '../rule.ts';
import type {ConnectorPart} from '../subject.ts';

const webhooks = (part: ConnectorPart) => members(part.manifest.feeds, '/feeds').filter(({value}) => value.webhook);

export const caseQualityRules: readonly Row[] = [
  {
    id: 'PC309',
    title: 'every webhook that proves has a case in which the proof is wrong',
    levels: 'warning/error/error',
    why: 'a rule that accepts everything looks like one that works',
    fix: 'add a case with "tamper": true, or a wrong token, that expects JW4001',
    ...eachConnector((part) =>
      webhooks(part).flatMap(({name, value, pointer}) =>
        value.webhook?.verify.every(({scheme}) => scheme === 'none') || refusesDelivery(part, value, 'JW4001')
          ? []
          : [at(part.unit, `${pointer}/webhook/verify`, `no case of ${name} expects JW4001`)],
      ),
    ),
  },
  {
    id: 'PC310',
    title: 'every webhook with signed times has a case with an old delivery',
    levels: 'info/warning/warning',
    why: 'an old delivery that is accepted can be sent again by whoever recorded it',
    fix: 'add a case signed an hour ago that expects JW4002',
    ...eachConnector((part) =>
      webhooks(part).flatMap(({name, value, pointer}) =>
        !value.webhook?.verify.some(({timestamp}) => timestamp) || refusesDelivery(part, value, 'JW4002')
          ? []
          : [at(part.unit, `${pointer}/webhook/verify`, `no case of ${name} expects JW4002`)],
      ),
    ),
  },
  {
    id: 'PC313',
    title: 'every handshake has a case',
    levels: 'info/warning/warning',
    why: 'without its answer the vendor switches the webhook off',
    fix: 'add a case with the request of the vendor and the answer in expect.ack',
    ...eachConnector((part) =>
      webhooks(part).flatMap(({name, value, pointer}) =>
        (value.webhook?.handshake ?? []).length === 0 ||
        casesAbout(part, 'feed', name).some(({expect}) => expect.ack !== undefined)
          ? []
          : [at(part.unit, `${pointer}/webhook/handshake`, `no case of ${name} expects an answer`)],
      ),
    ),
  },
  {
    id: 'PC314',
    title: 'a connector that knows limits has a case in which it is asked to wait',
    levels: 'off/info/warning',
    why: 'a limit that is not understood stops every run at once',
    fix: 'add a case with a 429, or what the vendor says instead',
    ...eachConnector((part) => {
      const limits = allRows(part.manifest).filter(({row}) => row.action === 'rate-limit');
      const [first] = limits;
      const seen = part.cases.some(
        ({manifest: {exchanges = [], expect}}) =>
          exchanges.some(({response}) => response?.status === 429 || limits.some(({row}) => meets(row, response))) ||
          /rate|limit|JW3003/.test(expect.error?.code ?? ''),
      );
      return !first || seen ? [] : [at(part.unit, first.pointer, 'in no case the target asks to wait')];
    }),
  },
  {
    id: 'PC315',
    title: 'writes have a sample of their answer',
    levels: 'off/info/warning',
    why: 'a plan and the simulator go on with it',
    fix: 'add "sample": an answer of the vendor with made-up values',
    ...eachConnector(({unit, manifest}) =>
      members(manifest.operations, '/operations').flatMap(({name, value: {effect, response, sample}, pointer}) =>
        effect === 'read' ||
        sample !== undefined ||
        ['none', 'bytes', 'text'].includes(response?.type ?? 'json') ||
        (response?.output !== undefined && !readsBody(response.output as Json))
          ? []
          : [at(unit, pointer, `${name} has no sample of its answer`, {key: true})],
      ),
    ),
  },
  {
    id: 'PC316',
    title: 'titles of cases differ',
    levels: 'info/warning/warning',
    why: 'a failing title must lead to one file',
    fix: 'say in the title what is special about the case',
    ...eachUnit(({cases}) =>
      cases.flatMap((one, i) => {
        const twin = cases.slice(0, i).find(({manifest}) => manifest.title === one.manifest.title);
        return twin ? [at(one, '/title', `another case has the title ${JSON.stringify(one.manifest.title)}`)] : [];
      }),
    ),
  },
  {
    id: 'PC317',
    title: 'a case expects more than that something happened',
    levels: 'warning/warning/error',
    why: 'a case that only says "succeeded" passes whatever is sent',
    fix: 'expect the output, the events, the number of writes, the error or the answer',
    ...eachUnit(({cases}) =>
      cases.flatMap((one) => {
        const {outcome, $comment, ...more} = one.manifest.expect;
        const {exchanges = [], cassette} = one.manifest;
        const compares =
          cassette !== undefined ||
          exchanges.length > 1 ||
          exchanges.some(
            ({request}) => request.body ?? request.form ?? request.query ?? request.text ?? request.headers,
          );
        return Object.keys(more).length > 0 || compares || outcome === 'skipped'
          ? []
          : [at(one, '/expect', 'nothing but the outcome is expected', {key: true})];
      }),
    ),
  },
  {
    id: 'PC318',
    title: 'a template has a case in which it runs',
    levels: 'warning/error/error',
    why: 'a mapping that no case sees breaks unnoticed',
    fix: 'add a case with an event that matches, the exchanges and the outcome',
    ...eachTemplate((part) => {
      const seen = ranTargets(part);
      return targetsOf(part).flatMap(({id, pointer}) =>
        seen.has(id) ? [] : [at(part.unit, pointer, id === '' ? 'no case runs it' : `no case runs the target ${id}`)],
      );
    }),
  },
  {
    id: 'PC319',
    title: 'a template with criteria has a case in which nothing happens',
    levels: 'warning/error/error',
    why: 'criteria that always hold start jobs for everything',
    fix: 'add a case that expects outcome skipped, and because',
    ...eachTemplate((part) => {
      const chooses =
        (part.manifest.criteria ?? []).length > 0 || [part.manifest.do].flat().some(({when}) => when !== undefined);
      const seen = part.cases.some(
        ({manifest: {expect}}) =>
          expect.outcome === 'skipped' ||
          Object.values(expect.targets ?? {}).some(({outcome}) => outcome === 'skipped'),
      );
      return !chooses || seen ? [] : [at(part.unit, '/criteria', 'in no case it is skipped')];
    }),
  },
  {
    id: 'PC320',
    title: 'a template has a case in which its action fails or its answer is lost',
    levels: 'info/warning/error',
    why: 'what follows then is what the policy is for',
    fix: 'add a case with a refusal, a job that fails, or a fault',
    ...eachTemplate((part) =>
      part.cases.some(
        ({manifest}) =>
          endOf(manifest) === 'failed' ||
          isUnclear(manifest) ||
          Object.values(manifest.expect.targets ?? {}).some(({outcome}) => outcome === 'failed'),
      )
        ? []
        : [at(part.unit, '/do', 'in no case something fails', {key: true})],
    ),
  },
  {
    id: 'PC321',
    title: 'a unit has cases',
    levels: 'warning/error/error',
    why: 'without them nothing says that it works',
    fix: 'add cases/*.json; jobwire record makes one from a real conversation',
    ...eachUnit(({cases, unit}) =>
      cases.length > 0 ? [] : [ofFile({file: `${unit.dir}/cases`}, 'there are no cases')],
    ),
  },
];

function readsBody(value: Json): boolean {
  return JSON.stringify(value).includes('response.body');
}
