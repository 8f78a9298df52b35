/** The connectors and templates of a source, checked as a project is; an operator's connections are not part of a package. */
import {relative, resolve, sep} from 'node:path';
import {fail, type Issue} from '../errors/jobwire-error.ts';
import type {Package, Template} from '../generated/types.ts';
import {checkCompanions} from '../manifest/check-companions.ts';
import {checkTemplate} from '../manifest/check-template.ts';
import {isError} from '../manifest/issues.ts';
import {type Library, loadLibrary, type Unit} from '../manifest/library.ts';
import {parseReference} from '../manifest/reference.ts';
import {callsOf} from '../manifest/references-template.ts';
import {packageRoot} from '../values/package-root.ts';

/** Only what is said about packed files. */
export function checkUnits(dir: string, manifest: Package): {library: Library; issues: Issue[]} {
  const isShipped = resolve(dir) === resolve(packageRoot);
  const library = loadLibrary({project: dir, shipped: packageRoot, ...(!isShipped && {only: 'used'})});
  const {connectors = [], templates = []} = manifest.contents;
  const packed = [...connectors.map((id) => `connectors/${id}/`), ...templates.map((id) => `templates/${id}/`)];
  const issues = [...library.issues, ...checkCompanions(library)].filter(({at, jobwireCode}) => {
    const path = at && pathIn(dir, resolve(at.file));
    if (path === undefined || !packed.some((folder) => path.startsWith(folder))) return false;
    return jobwireCode === 'JW1005' || ![...library.templates.values()].some(({file}) => file === at?.file);
  });
  const judged = templates.flatMap((id) => checkAsPacked(library.template(id), library));
  return {library, issues: [...issues, ...judged, ...leftBehind(dir, manifest, library)]};
}

/** As `check` would, but for its connections: in a package their names are there for the operator to replace. */
function checkAsPacked(unit: Unit<Template> | undefined, library: Library): Issue[] {
  if (!unit) return [];
  const broken = library.issues.filter(isError).flatMap(({at}) => (at ? [resolve(at.file)] : []));
  const sound = [...library.connectors.values()]
    .filter(({dir}) => !broken.some((file) => file.startsWith(`${resolve(dir)}${sep}`)))
    .map(({id}) => id);
  const missing = connectionNames(unit.manifest).filter((name) => !library.connection(name));
  return checkTemplate(unit, {
    library,
    sound: new Set(sound),
    unreadable: {connectors: new Set(), connections: new Set(missing)},
  });
}

function connectionNames(template: Template): string[] {
  const {on} = template;
  return [...('connector' in on ? [on.connection] : []), ...callsOf(template).map(({call}) => call.connection)];
}

/** Templates that use a connector which lies in the source and is not packed: at the operator's it would be missing. */
function leftBehind(dir: string, {contents}: Package, library: Library): Issue[] {
  const {connectors = [], templates = []} = contents;
  return templates.flatMap((id) => {
    const unit = library.template(id);
    if (!unit) return [];
    const {on} = unit.manifest;
    const calls = callsOf(unit.manifest).map(({call, pointer}) => ({ref: call.connector, pointer}));
    const uses = [...('connector' in on ? [{ref: on.connector, pointer: '/on'}] : []), ...calls];
    return uses
      .map(({ref, pointer}) => ({id: parseReference(ref).id, pointer}))
      .filter((use) => {
        const file = library.connectors.get(use.id)?.file;
        return file !== undefined && !pathIn(dir, file).startsWith('..') && !connectors.includes(use.id);
      })
      .map((use) =>
        fail(
          'JW6006',
          {path: `connectors/${use.id}`, problem: `is used by template ${id}, and contents does not name it`},
          {at: unit.locate(`${use.pointer}/connector`)},
        ).issue(),
      );
  });
}

/** The path inside a source, with slashes. */
function pathIn(dir: string, file: string): string {
  return relative(dir, file).split(sep).join('/');
}
