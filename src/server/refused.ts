/** Errors as HTTP answers. Must never tell a client what went wrong inside. */
import type {FastifyError, FastifyReply} from 'fastify';
import {asJobwireError, fail, JobwireError} from '../errors/jobwire-error.ts';
import {problemOf, problemType, statusOf} from '../errors/problem.ts';
import {processSecrets} from '../values/secret.ts';

/** An error with a status other than the catalogue's. */
export class Refused extends JobwireError {
  readonly status: number;
  constructor(status: number, error: JobwireError) {
    super(error.jobwireCode, {}, {...error.extra, detail: error.message});
    this.status = status;
  }
}

export function statusOfError(error: JobwireError): number {
  return error instanceof Refused ? error.status : statusOf(error.jobwireCode);
}

/** What the framework throws, in our words; anything unforeseen is a fault of ours. */
export function fromFramework(thrown: unknown): JobwireError {
  if (thrown instanceof JobwireError) return thrown;
  const {code, statusCode = 500, message} = thrown as Partial<FastifyError>;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return fail('JW4011', {problem: 'the body is too large'});
  if (statusCode === 415)
    return new Refused(415, fail('JW4011', {problem: 'the content type is not one that can be read'}));
  if (statusCode >= 400 && statusCode < 500)
    return new Refused(statusCode, fail('JW7101', {problem: message ?? 'bad request'}));
  return asJobwireError(thrown);
}

export function sendProblem(reply: FastifyReply, error: JobwireError): FastifyReply {
  const status = statusOfError(error);
  const shown = error.jobwireCode === 'JW9001' ? fail('JW9001', {problem: 'the request could not be answered'}) : error;
  if (status === 503) reply.header('retry-after', '10');
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  return reply
    .code(status)
    .type(problemType)
    .send(processSecrets.text(JSON.stringify(problemOf(shown.issue(), status))));
}
