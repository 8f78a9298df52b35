/** Proof at start-up that the guard is really in the way of every call. Must never fall back to an unguarded client. */
import {fail, JobwireError} from '../errors/jobwire-error.ts';
import type {EgressPolicy} from './egress.ts';
import {createTransport, type Transport, type Tuning} from './send.ts';

const host = 'guard-check.invalid';

/**
 * Calls a name that is permitted but resolves to this machine: only the guard, asked while dialling, can refuse it with JW3010.
 * Anything else (the client does not hand its requests to our sockets, for example) is JW9001, and Jobwire must not start.
 */
export async function assertGuardWorks(
  open: (policy: EgressPolicy, tuning: Tuning) => Transport = createTransport,
): Promise<void> {
  const resolve = async () => [{address: '127.0.0.1', family: 4}];
  const transport = open({hosts: [host], allowPrivate: []}, {resolve});
  const outcome = await transport
    .send({
      method: 'GET',
      url: `https://${host}/`,
      headers: {},
      timeoutMs: 5000,
      maxBytes: 1,
      redirect: 'error',
      secretHeaders: [],
    })
    .then(
      () => 'the call went through',
      (error: unknown) => (error instanceof JobwireError && error.jobwireCode === 'JW3010' ? undefined : String(error)),
    );
  await transport.close();
  if (outcome !== undefined) throw fail('JW9001', {problem: `the egress guard is not in force: ${outcome}`});
}
