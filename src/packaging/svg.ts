/** Is an SVG only a picture? Elements and attributes from a list; nothing that runs, loads or links. Must never repair what it reads. */

const elements: ReadonlySet<string> = new Set(
  (
    'svg g path circle ellipse rect line polyline polygon text tspan title desc defs linearGradient radialGradient stop ' +
    'clipPath mask pattern symbol use'
  ).split(' '),
);
const attributes: ReadonlySet<string> = new Set(
  (
    'id class role aria-label aria-labelledby aria-hidden xmlns xmlns:xlink xml:space version viewBox preserveAspectRatio width height ' +
    'x y x1 x2 y1 y2 cx cy r rx ry fx fy fr d points dx dy rotate transform gradientTransform gradientUnits spreadMethod offset ' +
    'patternUnits patternContentUnits patternTransform maskUnits maskContentUnits clipPathUnits textLength lengthAdjust ' +
    'fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-miterlimit ' +
    'stroke-dasharray stroke-dashoffset opacity color clip-path clip-rule mask stop-color stop-opacity display visibility ' +
    'vector-effect shape-rendering text-anchor dominant-baseline font-family font-size font-weight font-style letter-spacing ' +
    'href xlink:href enable-background focusable paint-order pathLength'
  ).split(' '),
);
const namespaces: ReadonlySet<string> = new Set(['http://www.w3.org/2000/svg', 'http://www.w3.org/1999/xlink']);

const piece =
  /<!--(?:(?!--)[\s\S])*-->|<\?xml [^<>?]*\?>|<(\/?)([A-Za-z][\w:.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|[^<]+/y;
const attribute = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

export interface SvgFault {
  /** Offset of the piece at fault; the length of the text where something is missing. */
  readonly at: number;
  readonly problem: string;
}

/** Why the text is not a harmless picture. */
export function svgProblem(text: string): string | undefined {
  return svgFault(text)?.problem;
}

/** The first thing that keeps the text from being a harmless picture. */
export function svgFault(text: string): SvgFault | undefined {
  const open: string[] = [];
  let roots = 0;
  piece.lastIndex = 0;
  while (piece.lastIndex < text.length) {
    const at = piece.lastIndex;
    const match = piece.exec(text);
    if (!match) return {at, problem: unreadable(text.slice(at))};
    const [whole, closing = '', name, written = '', empty = ''] = match;
    if (name === undefined) {
      if (open.length === 0 && !whole.startsWith('<') && whole.trim() !== '')
        return {at, problem: 'has text outside its picture'};
      continue;
    }
    if (closing === '/') {
      if (open.pop() !== name) return {at, problem: `closes <${name}> where it is not open`};
      continue;
    }
    const problem = elementProblem(name, written);
    if (problem !== undefined) return {at, problem};
    if (open.length === 0 && (++roots > 1 || name !== 'svg')) return {at, problem: 'is not one <svg>'};
    if (empty !== '/') open.push(name);
  }
  if (open.length > 0) return {at: text.length, problem: `does not close <${open.at(-1)}>`};
  return roots === 1 ? undefined : {at: 0, problem: 'is not one <svg>'};
}

function unreadable(rest: string): string {
  const start = /^<[!?]?[A-Za-z[:.-]*/.exec(rest)?.[0];
  return `has ${start ?? 'a piece'} that is not allowed in a picture`;
}

function elementProblem(name: string, written: string): string | undefined {
  if (!elements.has(name)) return `has <${name}>, which is not allowed in a picture`;
  for (const [, key = '', double, single] of written.matchAll(attribute)) {
    const problem = attributeProblem(key, double ?? single ?? '');
    if (problem !== undefined) return `<${name}> has ${problem}`;
  }
  return undefined;
}

function attributeProblem(name: string, value: string): string | undefined {
  if (name.startsWith('on')) return `the script ${name}`;
  if (!attributes.has(name)) return `the attribute ${name}, which is not allowed in a picture`;
  if (/&(?!(amp|lt|gt|quot|apos);)/.test(value)) return `a character reference in ${name}`;
  if (name === 'xmlns' || name === 'xmlns:xlink')
    return namespaces.has(value) ? undefined : `another namespace in ${name}`;
  if (name.endsWith('href')) return /^#[\w.-]+$/.test(value) ? undefined : `a link out of the picture in ${name}`;
  const rest = value.replaceAll(/url\(\s*#[\w.-]+\s*\)/gi, '');
  if (/url\s*\(|:|@|\\|\/\*/i.test(rest) && name !== 'aria-label') return `an address in ${name}`;
  return undefined;
}
