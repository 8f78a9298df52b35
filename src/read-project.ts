/** The manifests of a project with the connectors they use, for commands that need no runtime. Must never open a store or a socket. */
import type {Config} from './config.ts';
import {type Library, loadLibrary} from './manifest/library.ts';
import {packageRoots} from './packaging/installed.ts';
import {packageRoot} from './values/package-root.ts';
import {systemClock} from './values/time.ts';

/** A project with the connectors it refers to, with the named ones, or with all there are. Installed packages are verified each time. */
export function readProject(config: Config, only: 'used' | 'all' | readonly string[] = 'used'): Library {
  const {project} = config;
  const packages = packageRoots(project, {shipped: packageRoot, now: systemClock.now()});
  return loadLibrary({project, shipped: packageRoot, packages, ...(only !== 'all' && {only})});
}
