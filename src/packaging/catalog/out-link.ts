/** A publisher's address as a link, where it is one that may be followed. */
import {outLink, type Part, webAddress} from './html.ts';

export function outLinkOf(address: string | undefined, text: string): Part {
  const url = webAddress(address);
  return url ? outLink(url, text) : text;
}
