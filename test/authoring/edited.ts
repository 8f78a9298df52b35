/** Manifests with a few places changed: a value at each JSON pointer, `undefined` to leave it out, `/-` to add to a list. */
export type Edits = Readonly<Record<string, unknown>>;

type Tree = {[key: string]: unknown};

export function edited<T extends object>(manifest: T, edits: Edits): T {
  const copy = structuredClone(manifest);
  for (const [pointer, value] of Object.entries(edits)) put(copy as Tree, pointer, value);
  return copy;
}

function put(tree: Tree, pointer: string, value: unknown): void {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/'));
  const last = steps.pop() ?? '';
  let here = tree;
  for (const step of steps) {
    if (here[step] === undefined) throw new Error(`${pointer} leads nowhere at ${step}`);
    here = here[step] as Tree;
  }
  if (Array.isArray(here) && value === undefined) here.splice(Number(last), 1);
  else if (Array.isArray(here) && last === '-') here.push(value);
  else if (value === undefined) delete here[last];
  else here[last] = value;
}
