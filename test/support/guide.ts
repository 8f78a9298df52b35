/**
 * Plays a guide as a reader would: writes the files it shows, makes the edits, runs the commands, and holds what they print
 * against what the guide promises. Marks above a block: `file: PATH`, `edit: PATH` (a diff), `exit: CODE` (of the last command).
 */
import assert from 'node:assert/strict';
import {cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {dirname, join, normalize} from 'node:path';
import {jobwire, type Running, startJobwire} from './process.ts';

export type Step =
  | {readonly kind: 'file' | 'edit'; readonly path: string; readonly text: string}
  | {readonly kind: 'command'; readonly line: string; readonly promised: readonly string[]; readonly exit: number};

/** What a guide tells its reader to do, in order. Blocks without a mark that are no console are only read. */
export function stepsOf(markdown: string): Step[] {
  const blocks = /(?:<!-- (file|edit|exit): (\S+) -->\n+)?```(\w*)\n([\s\S]*?)```$/gm;
  return [...markdown.matchAll(blocks)].flatMap(([, mark, value = '', language, text = '']): Step[] => {
    if (mark === 'file' || mark === 'edit') return [{kind: mark, path: value, text}];
    return language === 'console' ? commandsOf(text, mark === 'exit' ? Number(value) : 0) : [];
  });
}

function commandsOf(text: string, exit: number): Step[] {
  const parts = text.split(/^\$ /m).filter((part) => part.trim() !== '');
  return parts.map((part, i) => {
    const [line = '', ...promised] = part.trimEnd().split('\n');
    return {
      ...{kind: 'command', line: line.trim(), exit: i === parts.length - 1 ? exit : 0},
      promised: promised.filter((one) => one.trim() !== ''),
    };
  });
}

/** Words of a command line; double and single quotes hold words together. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  );
}

/** Addresses that a guide names and a test has to replace, with what each becomes. */
export type Addresses = ReadonlyMap<string, string>;

/** Ports 7070 to 7075 of the guides are somebody's on a shared machine: free ones stand for them. */
export async function freeAddresses(): Promise<Map<string, string>> {
  const servers = await Promise.all(
    ['7070', '7071', '7072', '7073', '7074', '7075'].map(
      (port) =>
        new Promise<[string, string, ReturnType<typeof createServer>]>((resolve) => {
          const server = createServer().listen(0, '127.0.0.1', () => {
            const address = server.address();
            resolve([port, String(typeof address === 'object' && address ? address.port : 0), server]);
          });
        }),
    ),
  );
  await Promise.all(servers.map(([, , server]) => new Promise((resolve) => server.close(resolve))));
  return new Map(servers.map(([port, free]) => [port, free]));
}

export class Reader {
  readonly folder: string;
  readonly #addresses: Addresses;
  readonly #environment: Record<string, string>;
  readonly #running: Running[] = [];
  /** What `<event>` and the like stand for: the last one that was printed. */
  readonly #seen = new Map<string, string>();

  constructor(folder: string, addresses: Addresses, environment: Record<string, string> = {}) {
    this.folder = folder;
    this.#addresses = addresses;
    this.#environment = {JOBWIRE_PORT: addresses.get('7070') ?? '0', ...environment};
  }

  async follow(step: Step): Promise<void> {
    if (step.kind === 'command') return this.#run(step);
    const path = join(this.folder, within(step.path));
    mkdirSync(dirname(path), {recursive: true});
    const secret = step.path.includes('/secrets/') ? {mode: 0o600} : {};
    if (step.kind === 'file') writeFileSync(path, this.#here(step.text), secret);
    else writeFileSync(path, edited(readFileSync(path, 'utf8'), step.text));
  }

  /** Ends what the guide left running. */
  async close(): Promise<void> {
    for (const one of this.#running.reverse().splice(0)) await one.stop();
  }

  async #run({line, promised, exit}: Step & {kind: 'command'}): Promise<void> {
    const [program, ...words] = wordsOf(this.#here(line).replace(/<(\w+)>/g, (_, name) => this.#seen.get(name) ?? ''));
    if (program !== 'jobwire') return this.#tool(program ?? '', words);
    const target = words.indexOf('>');
    const args = words.slice(0, target < 0 ? words.length : target).filter((word) => word !== '&');
    const options = {cwd: this.folder, env: this.#environment};
    if (words.at(-1) === '&') {
      this.#running.push(await startJobwire(args, options));
      return;
    }
    // What is on its way needs a moment: a command that only looks is asked again.
    const looks = /^jobwire (runs|events|jobs) (list|show|get)|^jobwire why/.test(line);
    const last = Date.now() + (looks ? 40_000 : 0);
    for (;;) {
      const {code, stdout, stderr} = await jobwire(args, options);
      const missing = promised.filter((one) => !isPrinted(this.#here(one), `${stdout}\n${stderr}`));
      if (Date.now() < last && (code !== exit || missing.length > 0)) continue;
      const said = `$ ${line}\n${stdout}${stderr}`;
      assert.equal(code, exit, said);
      assert.deepEqual(missing, [], said);
      this.#remember(stdout);
      if (target >= 0) writeFileSync(join(this.folder, within(words[target + 1] ?? '')), stdout);
      this.#point();
      return;
    }
  }

  /** The few programs of every system that guides use, only inside of the reader's folder. */
  #tool(program: string, words: readonly string[]): void {
    const paths = words.filter((word) => !word.startsWith('-')).map((word) => join(this.folder, within(word)));
    const target = paths.at(-1) ?? '';
    if (program === 'rm') for (const path of paths) rmSync(path, {recursive: true});
    else if (program === 'mkdir') for (const path of paths) mkdirSync(path, {recursive: true});
    else if (program === 'cp')
      for (const path of paths.slice(0, -1))
        cpSync(path, join(target, path.slice(dirname(path).length)), {recursive: true});
    else assert.fail(`guides do not use ${program}`);
  }

  #remember(output: string): void {
    const event = /"events":\["(\w+)"/.exec(output)?.[1] ?? /^([a-z2-7]{26})\b/m.exec(output)?.[1];
    if (event !== undefined) this.#seen.set('event', event);
    const run = /jw-[a-z2-7]{26}/.exec(output)?.[0];
    if (run !== undefined) this.#seen.set('run', run);
  }

  #here(text: string): string {
    let made = text;
    for (const [from, to] of this.#addresses) made = made.replaceAll(from, to);
    return made;
  }

  /** Connections that a command made point to the ports of the guide. */
  #point(): void {
    for (const file of globSync('{,*/}connections/*.json', {cwd: this.folder})) {
      const path = join(this.folder, file);
      const text = readFileSync(path, 'utf8');
      const here = this.#here(text);
      if (here !== text) writeFileSync(path, here);
    }
  }
}

function within(path: string): string {
  const plain = normalize(path);
  assert.ok(path !== '' && !plain.startsWith('..') && !plain.startsWith('/'), `${path} leaves the folder`);
  return plain;
}

/** Lines that begin with - become those that begin with +; the text must be there exactly once. */
function edited(text: string, diff: string): string {
  const lines = (sign: string): string =>
    diff
      .split('\n')
      .filter((line) => line.startsWith(sign))
      .map((line) => line.slice(1))
      .join('\n');
  assert.equal(text.split(lines('-')).length, 2, `stands exactly once: ${lines('-')}`);
  return text.replace(lines('-'), () => lines('+'));
}

/** Whether a line was printed; `…` stands for anything, and columns may be wider than in the guide. */
function isPrinted(promised: string, output: string): boolean {
  const parts = promised.split('…').map((part) => part.trim().replace(/\s+/g, ' '));
  return output.split('\n').some((line) => {
    const plain = line.replace(/\s+/g, ' ').trim();
    const [first = '', last = ''] = [parts[0], parts.at(-1)];
    if (!plain.startsWith(first) || !plain.endsWith(last)) return false;
    let at = 0;
    return parts.every((part) => {
      const found = plain.indexOf(part, at);
      at = found + part.length;
      return found >= 0;
    });
  });
}
