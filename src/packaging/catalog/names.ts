/** Ids as words that people read. */

const short = new Set(['crm', 'ci', 'api', 'rpa', 'it']);

/** `developer-tools` → `Developer tools`. */
export function categoryName(id: string): string {
  const words = id.split('-').map((word) => (short.has(word) ? word.toUpperCase() : word));
  const text = words.join(' ');
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`;
}
