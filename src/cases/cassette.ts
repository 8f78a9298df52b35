/** The exchanges of a case: written in it, or recorded in a cassette beside it. */
import {dirname, relative, resolve} from 'node:path';
import {fail} from '../errors/jobwire-error.ts';
import type {Exchange} from '../generated/types.ts';
import {loadFile} from '../manifest/load.ts';
import type {CaseUnit} from './case-file.ts';

/** JW1006 for a cassette outside the case's unit; whatever is wrong with its file otherwise. */
export function readExchanges({file, owner, manifest}: CaseUnit): readonly Exchange[] {
  const {cassette, exchanges = []} = manifest;
  if (cassette === undefined) return exchanges;
  const path = resolve(dirname(file), cassette);
  if (relative(owner.unit.dir, path).startsWith('..'))
    throw fail('JW1006', {path: cassette, problem: 'leaves the folder of its unit'});
  const {manifest: recorded, issues} = loadFile<{readonly exchanges: readonly Exchange[]}>(path, 'cassette');
  if (recorded) return recorded.exchanges;
  const [first] = issues;
  throw fail(
    first?.jobwireCode ?? 'JW1002',
    {},
    {detail: `${cassette}: ${first?.detail ?? 'not readable'}`, ...(first?.at && {at: first.at})},
  );
}
