/** A view as a file: what is drawn of it, as PNG or as SVG. */

import {domToBlob} from 'modern-screenshot';
import {backgroundOf, drawnNodes} from './composed-tree.js';

/** A view as PNG, drawn twice as fine as on the page. */
export async function pngFile(view: HTMLElement): Promise<Blob> {
  const blob = await domToBlob(view, {
    scale: 2,
    backgroundColor: backgroundOf(view),
    type: 'image/png',
  });
  if (!blob) throw new Error('picture: the browser must be able to draw it; it gave nothing');
  return blob;
}

/** What an SVG file must say of its shapes, since it has no style sheet. */
const STYLES = [
  ...['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-opacity', 'stroke-dasharray'],
  ...['stroke-linecap', 'stroke-linejoin', 'opacity', 'visibility', 'display', 'paint-order'],
  ...['font-family', 'font-size', 'font-weight', 'text-anchor', 'dominant-baseline'],
];

/**
 * A view as an SVG file: its charts as shapes, its texts as texts, its canvases as pictures within.
 *
 * Boxes, borders and controls of the page are left out.
 */
export function svgFile(view: Element): string {
  const frame = view.getBoundingClientRect();
  const width = Math.ceil(frame.width);
  const height = Math.ceil(frame.height);
  const file = create('svg', {xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}`});
  file.append(create('rect', {width, height, fill: backgroundOf(view)}));
  for (const node of drawnNodes(view)) {
    if (node instanceof SVGSVGElement) file.append(placed(styledCopy(node), node, frame));
    else if (node instanceof HTMLCanvasElement) file.append(pictureOf(node, frame));
    else if (node instanceof Text && node.data.trim()) file.append(...textsOf(node, frame));
  }
  return new XMLSerializer().serializeToString(file);
}

const SVG = 'http://www.w3.org/2000/svg';

function create(name: string, attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key !== 'xmlns') element.setAttribute(key, String(value));
  }
  return element;
}

function placed(copy: SVGElement, original: Element, frame: DOMRect): SVGElement {
  const {left, top, width, height} = original.getBoundingClientRect();
  const place = {x: left - frame.left, y: top - frame.top, width, height};
  for (const [key, value] of Object.entries(place)) copy.setAttribute(key, String(value));
  return copy;
}

function styledCopy(original: SVGElement): SVGElement {
  const copy = original.cloneNode(true) as SVGElement;
  const copies = [copy, ...copy.querySelectorAll('*')];
  [original, ...original.querySelectorAll('*')].forEach((element, i) => {
    const style = getComputedStyle(element);
    const own = copies[i]!;
    for (const name of STYLES) own.setAttribute(name, style.getPropertyValue(name));
    own.removeAttribute('class');
    own.removeAttribute('style');
  });
  const {overflow} = getComputedStyle(original);
  copy.setAttribute('overflow', overflow);
  return copy;
}

function pictureOf(canvas: HTMLCanvasElement, frame: DOMRect): SVGElement {
  const image = create('image', {
    href: canvas.toDataURL('image/png'),
    preserveAspectRatio: 'none',
    style: `image-rendering: ${getComputedStyle(canvas).imageRendering}`,
  });
  return placed(image, canvas, frame);
}

/** A text, one element a line of it. */
function textsOf(node: Text, frame: DOMRect): SVGElement[] {
  const style = getComputedStyle(node.parentElement!);
  return linesOf(node).map(({text, rect}) => {
    const element = create('text', {
      x: rect.left - frame.left,
      y: rect.top + rect.height / 2 - frame.top,
      'dominant-baseline': 'central',
      fill: style.color,
      'font-family': style.fontFamily,
      'font-size': style.fontSize,
      'font-weight': style.fontWeight,
    });
    element.textContent = text;
    return element;
  });
}

function linesOf(node: Text): {text: string; rect: DOMRect}[] {
  const lines: {text: string; rect: DOMRect}[] = [];
  const range = document.createRange();
  for (let i = 0; i < node.length; i++) {
    range.setStart(node, i);
    range.setEnd(node, i + 1);
    const rect = range.getBoundingClientRect();
    if (rect.width === 0) continue;
    const last = lines.at(-1);
    if (last && Math.abs(last.rect.top - rect.top) < 1) last.text += node.data[i];
    else lines.push({text: node.data[i]!, rect});
  }
  return lines.map(({text, rect}) => ({text: text.trimEnd(), rect}));
}
