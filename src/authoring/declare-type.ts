/** One reduced schema as a TypeScript declaration. The only door to the generator; it is loaded when it is first needed. */
import type {JsonObject} from '../values/json.ts';

/** `export interface Name …` and what it is made of. The schema must come from `typedSchema`. Errors: those of the generator. */
export async function declareType(schema: JsonObject, name: string): Promise<string> {
  const {compile} = await import('json-schema-to-typescript');
  const text = await compile(schema as never, name, {
    additionalProperties: false,
    bannerComment: '',
    enableConstEnums: false,
    format: false,
    ignoreMinAndMaxItems: true,
    unknownAny: true,
    $refOptions: {resolve: {external: false, http: false, file: false}},
  });
  return indent(text.replaceAll(/\/\*\*\n \* (.*)\n \*\/\n/g, '/** $1 */\n').trim());
}

function indent(text: string): string {
  let depth = 0;
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const isComment = /^(\/\*\*| \*)/.test(line);
      if (!isComment && /^[})]/.test(line)) depth--;
      const result = '  '.repeat(Math.max(0, depth)) + line;
      if (!isComment && /[{(]$/.test(line)) depth++;
      return result;
    })
    .join('\n');
}
