/**
 * Is a Markdown text only a text? It is shown as text, never as HTML; what would run or be fetched if someone did otherwise is refused
 * all the same, in code blocks too, because renderers do not agree where those begin and end. Must never take more than linear time.
 */

const activeElements =
  /<\s{0,9}\/?\s{0,9}(script|iframe|frame|object|embed|applet|style|link|meta|base|form|input|button|textarea|svg|math|img|image|picture|video|audio|noscript)\b/i;
const handler =
  /[\s"'/]on(?:abort|after|animation|aux|before|begin|blur|cancel|canplay|change|click|close|context|copy|cue|cut|dbl|drag|drop|duration|empt|end|error|focus|form|full|got|hash|input|invalid|key|lang|load|lost|message|mouse|off|online|page|paste|pause|play|pointer|pop|progress|rate|reject|repeat|reset|resize|scroll|search|security|seek|select|show|slot|stall|storage|submit|suspend|time|toggle|touch|transition|un|volume|wait|webkit|wheel)[a-z]{0,24}\s{0,9}=/gi;
/** Inline links, definitions and autolinks; white space and entities do not hide the scheme. */
const activeLinks =
  /(?:\]\(|\]:|<|href\s{0,9}=)[\s"'<]{0,20}(?:j\s{0,9}a\s{0,9}v\s{0,9}a\s{0,9}s\s{0,9}c\s{0,9}r\s{0,9}i\s{0,9}p\s{0,9}t|vbscript|data|file)\s{0,9}(?::|&colon;|&#0{0,9}58;|&#x0{0,9}3a;)/i;
/** Where the target of an inline link or image begins, when it leaves the package. */
const remoteTarget = /\]\(\s{0,20}<?\s{0,20}(?:[a-z][a-z0-9+.-]{0,30}:|\/\/|\\\\)/gi;
const remoteDefinition = /^[ ]{0,3}\[([^\]\n]{1,999})\]:\s{0,20}<?(?:[a-z][a-z0-9+.-]{0,30}:|\/\/)/gim;
const imageReference = /!\[([^\][]{0,999})\](?:\[([^\][]{0,999})\])?/g;

/** How far back the beginning of an element or an image is looked for. */
const reach = 1000;

export function markdownProblem(text: string): string | undefined {
  const element = activeElements.exec(text)?.[1];
  if (element !== undefined) return `has the HTML element <${element.toLowerCase()}>`;
  if (anyMatch(handler, text, (at) => /<[a-z]/i.test(text.slice(Math.max(0, at - reach), at))))
    return 'has an HTML element with a script';
  if (activeLinks.test(text)) return 'has a link that runs or holds something';
  if (anyMatch(remoteTarget, text, (at) => isImage(text, at)) || hasRemoteReference(text)) return 'has a remote image';
  return undefined;
}

function anyMatch(pattern: RegExp, text: string, holds: (at: number) => boolean): boolean {
  for (const {index} of text.matchAll(pattern)) if (holds(index)) return true;
  return false;
}

/** Whether the bracket that closes here was opened by `![`. What was opened too far back counts as an image. */
function isImage(text: string, close: number): boolean {
  let depth = 1;
  for (let at = close - 1; at >= 0; at--) {
    if (close - at > reach) return true;
    if (text[at] === ']') depth++;
    else if (text[at] === '[' && --depth === 0) return text[at - 1] === '!';
  }
  return false;
}

function hasRemoteReference(text: string): boolean {
  const remote = new Set([...text.matchAll(remoteDefinition)].map(([, label = '']) => normal(label)));
  if (remote.size === 0) return false;
  return [...text.matchAll(imageReference)].some(([, label = '', reference = '']) =>
    remote.has(normal(reference || label)),
  );
}

/** Labels are compared without case and with white space folded (CommonMark 0.31.2, section 4.7). */
function normal(label: string): string {
  return label.trim().replaceAll(/\s+/g, ' ').toLowerCase();
}
