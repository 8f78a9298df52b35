/** As much of Helm's templates as the chart uses, so that it can be read as YAML without Helm. What it does not know is an error. */
import {parseAllDocuments, stringify} from 'yaml';

const open = /^\s*\{\{- if \.Values\.([\w.]+) \}\}$/;

export function render(template: string, values: unknown): unknown[] {
  const lines: string[] = [];
  const shown: boolean[] = [];
  for (const line of template.split('\n')) {
    const test = open.exec(line);
    if (test) shown.push(Boolean(valueAt(values, test[1] ?? '')));
    else if (/^\s*\{\{- end \}\}$/.test(line)) shown.pop();
    else if (shown.every(Boolean)) lines.push(filled(line, values));
  }
  if (shown.length > 0) throw new Error('an if without end');
  const documents = parseAllDocuments(lines.join('\n'));
  if (!Array.isArray(documents)) return [];
  for (const {errors} of documents) for (const error of errors) throw error;
  return documents.map((document) => document.toJS() as unknown).filter((document) => document !== null);
}

function filled(line: string, values: unknown): string {
  const block = /^\s*\{\{- toYaml \.Values\.([\w.]+) \| nindent (\d+) \}\}$/.exec(line);
  if (block) return indented(stringify(valueAt(values, block[1] ?? '')), Number(block[2]));
  return line.replace(/\{\{ ([^}]+) \}\}/g, (_whole, expression: string) => {
    if (expression === '.Release.Name') return 'release';
    const found = /^\.Values\.([\w.]+)( \| quote)?$/.exec(expression);
    if (!found) throw new Error(`an expression that is not known here: ${expression}`);
    const value = String(valueAt(values, found[1] ?? ''));
    return found[2] ? JSON.stringify(value) : value;
  });
}

function indented(text: string, spaces: number): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => ' '.repeat(spaces) + line)
    .join('\n');
}

export function valueAt(values: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key))
      throw new Error(`values.yaml has no ${path}`);
    return (value as Record<string, unknown>)[key];
  }, values);
}
