/** A project in a temporary folder, pointed to simulators that run in the test. */
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {createProject} from '../../src/project.ts';
import {packageRoot} from '../../src/values/package-root.ts';

export interface TestProject {
  readonly dir: string;
  read(file: string): string;
  json<T = Record<string, unknown>>(file: string): T;
  write(file: string, content: unknown): void;
  /** Replaces the address of the simulator in a connection file. */
  point(connection: string, url: string): void;
  remove(): void;
}

export function makeProject(templates: readonly string[] = ['incident-to-triage']): TestProject {
  const dir = join(mkdtempSync(join(tmpdir(), 'jobwire-test-')), 'a b é');
  createProject(dir, templates);
  const read = (file: string): string => readFileSync(join(dir, file), 'utf8');
  const write = (file: string, content: unknown): void => {
    mkdirSync(dirname(join(dir, file)), {recursive: true});
    writeFileSync(join(dir, file), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  };
  return {
    dir,
    read,
    json: (file) => JSON.parse(read(file)),
    write,
    point: (connection, url) =>
      write(
        `connections/${connection}.json`,
        read(`connections/${connection}.json`).replace(/http:\/\/127\.0\.0\.1:\d+/, url),
      ),
    remove: () => rmSync(dirname(dir), {recursive: true, force: true}),
  };
}

/** A shipped manifest, to change before it is written into a project. */
export function shipped<T>(file: string): T {
  return JSON.parse(readFileSync(join(packageRoot, file), 'utf8')) as T;
}
