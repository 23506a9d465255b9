import {html, nothing} from 'lit';
import {strings} from './strings.js';

/** Says that what is shown is about to be another; nothing where it is not. */
export function updating(pending: boolean) {
  return pending ? html`<span class="updating">${strings.updating}</span>` : nothing;
}
