/** A manifest with the folder it lives in and the positions of its text. Must never hold a manifest that does not fit its format. */
import type {Place} from '../errors/jobwire-error.ts';
import type {Document, LocateOptions} from './document.ts';

export interface Unit<M> {
  readonly id: string;
  readonly dir: string;
  readonly file: string;
  readonly manifest: M;
  /** File, line and column of a JSON pointer. */
  locate(pointer: string, options?: LocateOptions): Place;
  readonly document: Document;
}

export function createUnit<M extends {readonly id: string}>(dir: string, document: Document, manifest: M): Unit<M> {
  const {file} = document;
  return {
    id: manifest.id,
    dir,
    file,
    manifest,
    document,
    locate: (pointer, options) => document.locate(pointer, options),
  };
}
