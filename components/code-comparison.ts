/** Two codes side by side: what is drawn from them, and a pair of bars a component. */

import {html, type TemplateResult} from 'lit';
import type {Drawable} from '../core/engine/protocol.js';
import {CODE_LIMIT} from '../core/session/codes.js';
import {explorerStrings} from './explorer-strings.js';
import {strings} from './strings.js';
import './redo-picture.js';

/** One side of a comparison. */
export interface ComparedCode {
  name: string;
  /** z `[codeSize]`. */
  code: Float32Array;
  picture: Drawable | undefined;
}

/** How far two codes are apart: Euclidean distance, and cosine where neither is zero. */
export function codeDistance(
  a: Float32Array,
  b: Float32Array
): {distance: number; cosine: number | undefined} {
  const norms = Math.hypot(...a) * Math.hypot(...b);
  const dot = a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  return {
    distance: Math.hypot(...a.map((value, i) => value - b[i]!)),
    cosine: norms > 0 ? dot / norms : undefined,
  };
}

/** Where a bar from 0 to a value lies on an axis from −3 to 3: shares of its length. */
export function barOf(value: number): {from: number; length: number} {
  const share = Math.min(Math.max((value + CODE_LIMIT) / (2 * CODE_LIMIT), 0), 1);
  return {from: Math.min(share, 0.5), length: Math.abs(share - 0.5)};
}

export function renderComparison(a: ComparedCode, b: ComparedCode): TemplateResult {
  const {shelf: names} = explorerStrings;
  const {distance, cosine} = codeDistance(a.code, b.code);
  const side = (letter: 'a' | 'b', {name, picture}: ComparedCode) =>
    html`<figure>
      <redo-picture label=${names.picture(name)} .picture=${picture}></redo-picture>
      <figcaption class=${letter}><span class="chip"></span>${name}</figcaption>
    </figure>`;
  return html`<section class="comparison" aria-label=${names.comparison}>
    <h3>${names.comparison}: ${names.distance(distance, cosine)}</h3>
    <div class="sides">${side('a', a)}${side('b', b)}</div>
    <ol class="components">
      ${Array.from(a.code, (value, d) => renderComponent(d, value, b.code[d]!))}
    </ol>
  </section>`;
}

function renderComponent(dimension: number, a: number, b: number): TemplateResult {
  const bar = (letter: 'a' | 'b', value: number) => {
    const {from, length} = barOf(value);
    return html`<span
      class=${letter}
      style="--from: ${from.toFixed(4)}; --length: ${length.toFixed(4)}"
    ></span>`;
  };
  return html`<li>
    <span class="name">${strings.code.dimension(dimension)}</span>
    <span class="bars" aria-hidden="true">${bar('a', a)}${bar('b', b)}</span>
    <span class="values">${explorerStrings.shelf.pair(a, b)}</span>
  </li>`;
}
