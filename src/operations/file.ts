/** Files as values: name, type and size can be read by expressions, the bytes only leave as a request body. No behaviour. */
import {own} from '../values/json.ts';

export interface FileValue {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly bytes: Uint8Array;
}

/** A file, or the bytes of a response, which travel through steps like any value. */
export function isFile(value: unknown): value is FileValue | Uint8Array {
  return bytesOf(value) !== undefined;
}

export function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  const inner: unknown = own(value, 'bytes');
  return inner instanceof Uint8Array ? inner : undefined;
}

export function fileName(value: unknown): string | undefined {
  const name = value instanceof Uint8Array ? undefined : own(value, 'name');
  return typeof name === 'string' ? name : undefined;
}

export function fileType(value: unknown): string | undefined {
  const type = value instanceof Uint8Array ? undefined : own(value, 'type');
  return typeof type === 'string' ? type : undefined;
}
