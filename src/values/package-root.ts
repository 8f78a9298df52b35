/** Where this program stands, and the files that come with it. Must never point into a project. */
import {existsSync} from 'node:fs';
import {dirname, join, relative, sep} from 'node:path';

/** Folder of the package: connectors/, templates/, schemas/ and starter/ stand in it. */
export const packageRoot = rootAbove(import.meta.dirname);

/** `src` where the sources run, `dist` where the built program does. */
export const programFolder = join(packageRoot, relative(packageRoot, import.meta.dirname).split(sep)[0] ?? '');

/** How deep the running file stands differs between the sources and what is built of them. */
function rootAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootAbove(dirname(folder));
}
