/** Data sets by address in the place of a name: an archive on some server, or a list of images. */

import type {DatasetSource} from '../datasets/source.js';
import {strings} from './strings.js';

/** Whether a text is an address, also one relative to the page; names have neither dot nor slash. */
function isAddress(text: string): boolean {
  return /[/.]/.test(text);
}

/** Parts between spaces: an address has none. */
function partsOf(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}

/** Addresses as they are from any page; a name as it is. */
export function absoluteDataset(text: string, base = document.baseURI): string {
  if (!isAddress(text)) return text;
  return partsOf(text)
    .map(part => new URL(part, base).href)
    .join(' ');
}

/** What the engine is asked for: a set by name, the archive at an address, or the images at several. */
export function datasetAt(text: string, base = document.baseURI): string | DatasetSource {
  if (!isAddress(text)) return text;
  const urls = partsOf(absoluteDataset(text, base));
  const {host, pathname} = new URL(urls[0]!);
  const file = decodeURIComponent(pathname.slice(pathname.lastIndexOf('/') + 1));
  return {name: urls.length > 1 ? strings.data.addresses(urls.length) : file || host, urls};
}

/** The source that a pasted text names: addresses of the web and nothing else; undefined if it names none. */
export function pastedDataset(text: string): DatasetSource | undefined {
  const parts = partsOf(text);
  const names =
    parts.length > 0 && parts.every(part => /^https?:/i.test(part) && URL.canParse(part));
  return names ? (datasetAt(text) as DatasetSource) : undefined;
}
