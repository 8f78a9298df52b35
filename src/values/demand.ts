/**
 * Loads a dependency when the first run needs it: what stands in `import` is loaded by every command. Only for what most commands do
 * without; must never load a file of a project.
 */
import {createRequire} from 'node:module';

export const demand = createRequire(import.meta.url);
