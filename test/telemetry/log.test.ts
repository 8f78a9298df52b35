/** The process log: JSON lines, and never in the way (row D21). */
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {droppedLines, openLog} from '../../src/telemetry/log.ts';

describe('the log', () => {
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'jobwire-log-'));
  });
  afterEach(() => rmSync(dir, {recursive: true, force: true}));

  const until = async (isTrue: () => boolean): Promise<void> => {
    for (let i = 0; i < 200 && !isTrue(); i++) await wait(5);
    assert.ok(isTrue());
  };

  it('writes lines of JSON with facts, level and time', async () => {
    const file = join(dir, 'log');
    const to = openSync(file, 'w');
    const log = openLog('info', to);
    log.debug({run: 'jw-1'}, 'not told');
    log.warn({run: 'jw-2', trace: 'abc'}, 'run held');
    await until(() => readFileSync(file, 'utf8').includes('\n'));
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    assert.equal(lines.length, 1);
    const {run, trace, msg, level, time} = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
    assert.deepEqual([run, trace, msg, level], ['jw-2', 'abc', 'run held', 40]);
    assert.match(String(time), /^\d{4}-\d\d-\d\dT/);
  });

  it('T24: keeps a value with escapes and line breaks in one line, without a character that a terminal obeys', async () => {
    const file = join(dir, 'log');
    const to = openSync(file, 'w');
    const nasty = 'a\u001b[2J\u009b31m\u0007\r\n{"level":60}\u2028\u007f';
    openLog('info', to).info({value: nasty, [nasty]: 1}, nasty);
    await until(() => readFileSync(file, 'utf8').includes('\n'));
    const text = readFileSync(file, 'utf8');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not be there
    assert.doesNotMatch(text.trimEnd(), /[\u0000-\u001f\u007f-\u009f\u2028]/);
    const {value, msg} = JSON.parse(text) as Record<string, unknown>;
    assert.deepEqual([value, msg], [nasty, nasty]);
    closeSync(to);
  });

  it('D21: a log that cannot be written is counted, and stops nothing', async () => {
    const to = openSync('/dev/full', 'w');
    const log = openLog('info', to);
    log.info('lost');
    await until(() => droppedLines(log) > 0);
    log.info('lost, too');
    closeSync(to);
  });

  it('D21: a reader that does not read stops nothing; lines beyond a bound are dropped and counted', async () => {
    const fifo = join(dir, 'fifo');
    execFileSync('mkfifo', [fifo]);
    // Read and write, so that there is a reader; without blocking, as a full pipe of a process is.
    const pipe = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
    const log = openLog('info', pipe);
    const begun = performance.now();
    const text = 'x'.repeat(1000);
    for (let i = 0; i < 5000; i++) log.info({i, text}, 'line');
    assert.ok(performance.now() - begun < 3000, 'the caller did not wait');
    assert.ok(droppedLines(log) > 3000, `${droppedLines(log)} dropped`);
    const before = droppedLines(log);
    const bytes = Buffer.alloc(1 << 20);
    let seen = '';
    for (let i = 0; i < 500 && !seen.includes('"after"'); i++) {
      if (i === 20) log.info('after');
      try {
        seen = seen.slice(-100) + bytes.toString('utf8', 0, readSync(pipe, bytes));
      } catch {
        await wait(5);
      }
    }
    assert.match(seen, /"after"/, 'goes on when somebody reads');
    assert.equal(droppedLines(log), before);
    closeSync(pipe);
  });
});
