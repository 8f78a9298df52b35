/** Goes on at once with what is there, and later with what is not: most of an action waits for nothing. Must never swallow an error. */

/** What is thrown at once is thrown at once. */
export function andThen<T, R>(value: T | Promise<T>, next: (value: T) => R | Promise<R>): R | Promise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
