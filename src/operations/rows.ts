/** A list operation read page by page by whoever asks: for polls, which store what came before they ask for more. */
import {asJobwireError, fail, type JobwireError} from '../errors/jobwire-error.ts';
import type {Json} from '../values/json.ts';
import {type Asked, type Call, openCall} from './call.ts';
import {ask} from './execute.ts';
import type {Answer} from './interpret.ts';
import {maskError} from './mask.ts';
import {PagesCut, readPages} from './paginate.ts';
import type {PagePosition} from './request.ts';

export interface RowsPage extends Answer {
  readonly value: Json[];
}

/**
 * Pages from the first, or from where an earlier reading was cut. The validators belong to the first page: unchanged, it is the
 * only one. Errors as `execute`, and PagesCut.
 */
export async function* readRows(asked: Asked, from?: PagePosition): AsyncGenerator<RowsPage> {
  let call: Call | undefined;
  try {
    call = await openCall(asked);
    for await (const page of pagesOf(call, from)) {
      yield page;
      if (page.unchanged) return;
    }
  } catch (error) {
    if (error instanceof PagesCut) throw error;
    throw maskError(asJobwireError(error), call?.mask ?? asked.connection.redactor);
  }
}

async function* pagesOf({validators, ...call}: Call, from: PagePosition | undefined): AsyncGenerator<RowsPage> {
  const {page, name} = call.operation;
  let first = validators !== undefined && from === undefined;
  const askOne = (position: PagePosition): Promise<Answer> => {
    const conditional = first;
    first = false;
    return ask(conditional && validators ? {...call, validators} : call, position);
  };
  if (page !== undefined) {
    yield* readPages(page, askOne, from);
    return;
  }
  const answer = await askOne({page: {}});
  if (!Array.isArray(answer.value)) throw notAList(name);
  yield {...answer, value: answer.value};
}

function notAList(operation: string): JobwireError {
  return fail('JW2007', {problem: `operation ${operation} gives no list: it needs response.items`}, {outcome: 'fail'});
}
