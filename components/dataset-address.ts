/** Data sets by address in the place of a name: the set is an archive on some server. */

import type {DatasetSource} from '../datasets/source.js';

/** Whether a text is an address, also one relative to the page; names have neither dot nor slash. */
function isAddress(text: string): boolean {
  return /[/.]/.test(text);
}

/** An address as it is from any page; a name as it is. */
export function absoluteDataset(text: string, base = document.baseURI): string {
  return isAddress(text) ? new URL(text, base).href : text;
}

/** What the engine is asked for: a set by name, or the archive at an address. */
export function datasetAt(text: string, base = document.baseURI): string | DatasetSource {
  if (!isAddress(text)) return text;
  const url = new URL(text, base);
  const file = decodeURIComponent(url.pathname.slice(url.pathname.lastIndexOf('/') + 1));
  return {name: file || url.host, urls: [url.href]};
}
