/** The guides that teach are played as they are printed: files are written, commands run, promised lines appear. */
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {freeAddresses, Reader, type Step, stepsOf} from '../support/guide.ts';
import {endAll} from '../support/process.ts';
import {startVerdaccio, type Verdaccio} from '../support/verdaccio.ts';

/** In one folder, because each goes on where the one before it ended. */
const course = ['write-a-source', 'write-a-target', 'write-a-template', 'ship'];

const stepsIn = (name: string): Step[] =>
  stepsOf(readFileSync(new URL(`../../docs/guides/${name}.md`, import.meta.url), 'utf8'));

function nameOf(step: Step): string {
  return step.kind === 'command' ? `$ ${step.line}` : `${step.kind} ${step.path}`;
}

describe('the guides, played', function () {
  this.timeout(60_000);
  this.bail(true);

  describe('tour', () => {
    const folder = mkdtempSync(join(tmpdir(), 'jobwire-guide-'));
    let reader: Reader;
    before(async () => {
      reader = new Reader(folder, await freeAddresses());
    });
    after(async () => {
      await reader.close();
      rmSync(folder, {recursive: true, force: true});
    });
    for (const step of stepsIn('tour')) it(nameOf(step), () => reader.follow(step));
  });

  describe('from nothing to a package', () => {
    const folder = mkdtempSync(join(tmpdir(), 'jobwire-guide-'));
    let registry: Verdaccio;
    let reader: Reader;
    before(async () => {
      registry = await startVerdaccio();
      const addresses = await freeAddresses();
      addresses.set('https://packages.acme.example/', registry.url);
      addresses.set('//packages.acme.example/', registry.url.replace('http:', ''));
      const home = {XDG_CONFIG_HOME: join(folder, '.config'), XDG_CACHE_HOME: join(folder, '.cache')};
      reader = new Reader(folder, addresses, {...home, NPM_TOKEN: registry.token, NPM_CONFIG_USERCONFIG: '/dev/null'});
    });
    after(async () => {
      await reader.close();
      await registry.stop();
      endAll();
      rmSync(folder, {recursive: true, force: true});
    });
    for (const name of course)
      describe(name, () => {
        after(() => reader.close());
        for (const step of stepsIn(name)) it(nameOf(step), () => reader.follow(step));
      });
  });
});
