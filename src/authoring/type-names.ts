/** Names of generated types: made of words, each used once. */

export class Names {
  readonly #taken: Set<string>;

  constructor(reserved: readonly string[]) {
    this.#taken = new Set(reserved);
  }

  /** `uipath-prod`, `startJob` as one word with capitals; a number follows where it is taken. */
  unique(words: readonly string[]): string {
    const joined = words.map(pascal).join('');
    const base = /^[A-Za-z]/.test(joined) ? joined : `Type${joined}`;
    let name = base;
    for (let i = 2; this.#taken.has(name); i++) name = `${base}${i}`;
    this.#taken.add(name);
    return name;
  }
}

function pascal(text: string): string {
  return text
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('')
    .slice(0, 60);
}

/** As the name of a member. */
export function quote(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}
