/** Remembers what was made for an object as long as the object lives. Must never be keyed by text from outside. */
export function remembered<V>(memory: WeakMap<object, V>, key: object, make: () => V): V {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const made = make();
  memory.set(key, made);
  return made;
}
