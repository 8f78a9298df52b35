/** Waits for a change of the files of a project. Must never read them: whoever waits looks anew. */
import {existsSync, type FSWatcher, watch} from 'node:fs';
import {join} from 'node:path';
import {fail} from '../errors/jobwire-error.ts';
import type {Clock} from '../values/time.ts';

/** Folders of a project that hold manifests; what stands beside them is not looked at. */
const folders = ['connections', 'connectors', 'templates'];

/** Manifests, samples and cases; names without a dot are folders that come or go. */
export function isLookedAt(path: string): boolean {
  return /(^|[\\/])([^.\\/][^\\/]*\.json|[^.\\/]+)$/.test(path);
}

export interface WatchTools {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Editors write a file in several steps; this long nothing may happen before a change counts. */
  readonly quietMs?: number;
}

/** Acts now and after every change, until the signal comes. Errors: JW7101, and those of the act. */
export async function onEveryChange(project: string, tools: WatchTools, act: () => void): Promise<void> {
  for (;;) {
    const change = watchProject(project, tools);
    try {
      act();
    } catch (error) {
      change.close();
      throw error;
    }
    if (!(await change.seen)) return;
  }
}

/** Comes with Ctrl-C, or when the process is asked to end. */
export function interruption(): AbortSignal {
  const ended = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort());
  return ended.signal;
}

export interface Change {
  /** True after a change, false when the signal came first. Errors: JW7101 when the folder cannot be watched. */
  readonly seen: Promise<boolean>;
  close(): void;
}

/** Watching begins with the call: what changes while the files are read is a change already. */
export function watchProject(project: string, {clock, signal, quietMs = 80}: WatchTools): Change {
  const watchers: FSWatcher[] = [];
  const {promise, resolve, reject} = Promise.withResolvers<boolean>();
  const stop = (): void => resolve(false);
  const close = (): void => {
    signal.removeEventListener('abort', stop);
    for (const watcher of watchers) watcher.close();
  };
  let changes = 0;
  const settle = async (): Promise<void> => {
    for (let before = 0; before !== changes; ) {
      before = changes;
      await clock.sleep(quietMs, signal);
    }
    resolve(true);
  };
  const onChange = (): void => {
    if (++changes === 1) settle().catch(stop);
  };
  signal.addEventListener('abort', stop, {once: true});
  if (signal.aborted) stop();
  try {
    for (const watcher of openWatchers(project, onChange)) {
      watcher.on('error', (error) => (existsSync(project) ? onChange() : reject(unwatchable(project, error))));
      watchers.push(watcher);
    }
  } catch (error) {
    reject(unwatchable(project, error));
  }
  return {seen: promise.finally(close), close};
}

function* openWatchers(project: string, onChange: () => void): Iterable<FSWatcher> {
  yield watch(project, (_event, name) => {
    if (name === null || folders.includes(name)) onChange();
  });
  for (const name of folders.filter((folder) => existsSync(join(project, folder))))
    yield watch(join(project, name), {recursive: true}, (_event, path) => {
      if (path === null || isLookedAt(path)) onChange();
    });
}

function unwatchable(project: string, error: unknown): Error {
  const problem = `${project} cannot be watched: ${(error as Error).message}`;
  return fail('JW7101', {problem}, {cause: error, hint: 'run the command without --watch'});
}
