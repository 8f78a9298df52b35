/** What the HTTP client made of headers, for the next request with the same ones. Must never give anything for headers it has not made. */

/** As they go over the wire. */
export type Made = Readonly<Record<string, string>>;

export interface Known {
  find(headers: Readonly<Record<string, string>>): Made | undefined;
  keep(headers: Readonly<Record<string, string>>, made: Headers): Made;
}

/** A connection has few sets of headers; where each request has its own there is nothing to gain. */
const most = 32;

export function createKnown(): Known {
  const known = new Map<string, Made>();
  return {
    find: (headers) => known.get(JSON.stringify(headers)),
    keep(headers, made) {
      const plain = Object.fromEntries(made);
      if (known.size >= most) known.clear();
      known.set(JSON.stringify(headers), plain);
      return plain;
    },
  };
}
