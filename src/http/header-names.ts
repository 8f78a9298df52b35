/** Names of headers, which mean the same in any case. */
import {setOwn} from '../expressions/value.ts';

/** The same headers under lower-case names; of two that differ in case only, the later one stays. */
export function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  const made: Record<string, string> = {};
  for (const name of Object.keys(headers)) setOwn(made, name.toLowerCase(), headers[name] as string);
  return made;
}
