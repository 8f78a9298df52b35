/** Which of several media types of a body is taken, and what it means. */
import type {BodyKind} from './model.ts';

/** The plain form of a media type: lower-case, without parameters. */
export function plainMedia(media: string): string {
  return (media.split(';')[0] ?? '').trim().toLowerCase();
}

export function kindOfMedia(media: string): BodyKind {
  const plain = plainMedia(media);
  if (plain === 'application/json' || plain === 'text/json' || plain.endsWith('+json') || plain === '*/*')
    return 'json';
  if (plain === 'application/x-www-form-urlencoded') return 'form';
  if (plain === 'multipart/form-data') return 'multipart';
  return plain.startsWith('text/') || /[/+](xml|yaml|csv|graphql)$/.test(plain) ? 'text' : 'bytes';
}

const order: readonly BodyKind[] = ['json', 'form', 'multipart', 'text', 'bytes'];

/** JSON before forms before text before bytes; the plainest name of a kind first. */
export function chooseMedia(media: readonly string[]): string | undefined {
  const rank = (name: string) => {
    const plain = plainMedia(name);
    const wild = plain.includes('*') ? 2 : 0;
    return (
      order.indexOf(kindOfMedia(name)) * 100 +
      wild +
      (plain === 'application/json' ? 0 : 4) +
      (name.includes(';') ? 1 : 0)
    );
  };
  return [...media].sort((a, b) => rank(a) - rank(b) || media.indexOf(a) - media.indexOf(b))[0];
}
