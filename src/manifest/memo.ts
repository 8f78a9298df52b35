/** Remembers what was made for an object as long as the object lives. Must never be keyed by text from outside. */
export function remembered<V>(memory: WeakMap<object, V>, key: object, make: () => V): V {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const made = make();
  memory.set(key, made);
  return made;
}

/** The same, where the object alone decides what is made. */
export function rememberedFor<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const memory = new WeakMap<K, V>();
  return (key) => {
    const known = memory.get(key);
    if (known !== undefined) return known;
    const made = make(key);
    memory.set(key, made);
    return made;
  };
}
