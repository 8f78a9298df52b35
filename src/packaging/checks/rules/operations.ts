/** Rules about calls: what answers mean, and what may be sent again. */
import type {Connector, ErrorRow} from '../../../generated/types.ts';
import {isUnsafe} from '../../../manifest/writes.ts';
import {allRows, covers, errorRows, isDocumented, operationsOf, refusesInSuccess} from '../facts.ts';
import {at} from '../places.ts';
import {eachConnector, type Looking, type Row} from '../rule.ts';
import type {ConnectorPart} from '../subject.ts';

/** One finding for a connector whose rows never speak about a status. */
function speaksOf(statuses: readonly number[], what: string): Looking {
  return eachConnector((part) => {
    const {manifest, unit} = part;
    const called = operationsOf(part.manifest);
    if (called.length === 0 || refusesInSuccess(allRows(manifest))) return [];
    const silent = called.filter(
      (one) => !statuses.some((status) => errorRows(manifest, one).some(({row}) => covers(row, status))),
    );
    return silent.length < called.length ? [] : [at(unit, '/operations', `no row is about ${what}`, {key: true})];
  });
}

function rowsWith(test: (row: ErrorRow) => boolean, say: (row: ErrorRow) => string): Looking {
  return eachConnector(({unit, manifest}) =>
    allRows(manifest).flatMap(({row, pointer}) => (test(row) ? [at(unit, pointer, say(row))] : [])),
  );
}

/** Rows that an unsafe write meets, and that say it may be sent again. */
function repeating(
  part: ConnectorPart,
  wrong: (row: ErrorRow) => boolean,
): {row: ErrorRow; pointer: string; name: string}[] {
  const unsafe = operationsOf(part.manifest).filter(({operation}) => isUnsafe(operation) && !operation.idempotency);
  const seen = new Set<string>();
  return unsafe.flatMap((one) =>
    errorRows(part.manifest, one).flatMap(({row, pointer}) => {
      if (!wrong(row) || seen.has(pointer) || isDocumented(part.manifest, pointer)) return [];
      seen.add(pointer);
      return [{row, pointer, name: one.name}];
    }),
  );
}

export const operationRules: readonly Row[] = [
  {
    id: 'PC601',
    title: 'refused credentials stay an error',
    levels: 'error/error/error',
    why: 'a connection that lost its access must not look idle',
    fix: 'let 401 fail; refreshOn of auth obtains a new token before',
    ...rowsWith(
      ({when, action}) =>
        when.test === undefined && (when.status ?? []).includes(401) && (action === 'success' || action === 'retry'),
      ({action}) => `a row makes ${action} of 401`,
    ),
  },
  {
    id: 'PC602',
    title: 'a missing permission has words of its own',
    levels: 'info/warning/warning',
    why: '403 is what operators meet first, and the vendor has a name for what is missing',
    fix: 'add a row for 403 with code, owner operator, and a hint that names the permission',
    ...speaksOf([403], 'a missing permission (403)'),
  },
  {
    id: 'PC603',
    title: 'what is not found has words of its own',
    levels: 'info/warning/warning',
    why: '"404" does not say which thing is missing',
    fix: 'add a row for 404 with code and message',
    ...speaksOf([404, 410], 'something that is not found (404)'),
  },
  {
    id: 'PC604',
    title: 'a refused request has words of its own',
    levels: 'info/warning/warning',
    why: 'the vendor says which field is wrong; the row says where its words are',
    fix: 'add a row for 400, 409 or 422 with code and message',
    ...speaksOf([400, 409, 422], 'a refused request (400, 409, 422)'),
  },
  {
    id: 'PC605',
    title: 'the words of the server are found',
    levels: 'info/warning/warning',
    why: 'they say more than any status',
    fix: 'add http.errorText with the places of the message',
    ...eachConnector(({unit, manifest}) =>
      Object.keys(manifest.operations).length === 0 || (manifest.http?.errorText ?? []).length > 0
        ? []
        : [at(unit, '/http', 'http.errorText is missing', {key: true})],
    ),
  },
  {
    id: 'PC606',
    title: 'too many requests means waiting',
    levels: 'error/error/error',
    why: 'a run that fails because others were busy is lost for nothing',
    fix: 'use the action rate-limit for 429, or no row at all: Retry-After is honoured then',
    ...rowsWith(
      ({when, action}) =>
        when.test === undefined && (when.status ?? []).includes(429) && !['rate-limit', 'retry'].includes(action),
      ({action}) => `a row makes ${action} of 429`,
    ),
  },
  {
    id: 'PC607',
    title: 'a fault of the server never says that an unsafe write was not executed',
    levels: 'warning/error/error',
    why: 'it is sent again, and may have happened twice',
    fix: 'use the action unknown, or show with evidence at the row that nothing is executed then',
    ...eachConnector((part) =>
      repeating(
        part,
        ({when, action}) =>
          when.test === undefined &&
          action === 'retry' &&
          (when.status ?? []).some((status) => status === '5xx' || (typeof status === 'number' && status >= 500)),
      ).map(({pointer, name}) => at(part.unit, pointer, `${name} is sent again after a fault of the server`)),
    ),
  },
  {
    id: 'PC608',
    title: 'a lost answer never says that an unsafe write was not executed',
    levels: 'warning/error/error',
    why: 'the request may have arrived',
    fix: 'leave time-outs and resets to Jobwire, which knows what was sent',
    ...eachConnector((part) =>
      repeating(
        part,
        ({when, action}) =>
          action === 'retry' && (when.network ?? []).some((word) => ['timeout', 'reset', 'parse'].includes(word)),
      ).map(({pointer, name}) => at(part.unit, pointer, `${name} is sent again after a lost answer`)),
    ),
  },
  {
    id: 'PC609',
    title: 'a POST that says it may be repeated has evidence',
    levels: 'info/warning/warning',
    why: 'it is sent again without looking',
    fix: 'add evidence at the operation: why a second one changes nothing',
    ...eachConnector((part) =>
      operationsOf(part.manifest).flatMap(({name, operation, pointer}) =>
        operation.effect === 'write' &&
        operation.repeat === 'safe' &&
        operation.request.method === 'POST' &&
        !hasEvidence(part.manifest, pointer)
          ? [at(part.unit, `${pointer}/repeat`, `nothing says why ${name} may be repeated`)]
          : [],
      ),
    ),
  },
  {
    id: 'PC620',
    title: 'errors of one connector share their first word',
    levels: 'info/info/warning',
    why: 'a code in a log says which connector it is from',
    fix: 'begin every code with the same word, best with that of the id',
    ...eachConnector(({unit, manifest}) => {
      const rows = allRows(manifest).filter(({row: {code}}) => code !== undefined);
      const first = rows[0]?.row.code?.split('-')[0];
      return rows.flatMap(({row: {code}, pointer}) =>
        code?.split('-')[0] === first ? [] : [at(unit, `${pointer}/code`, `${code} does not begin with ${first}-`)],
      );
    }),
  },
];

function hasEvidence({evidence = []}: Connector, pointer: string): boolean {
  return evidence.some(
    ({at: place}) => place === pointer || place.startsWith(`${pointer}/`) || pointer.startsWith(`${place}/`),
  );
}
