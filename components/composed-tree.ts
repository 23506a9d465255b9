/** The page as it is drawn: shadow roots and slots resolved. */

/** The nodes under `root` in the order in which they are drawn, without what is not to be seen. */
export function* drawnNodes(root: Node): Generator<Node> {
  for (const node of drawnChildren(root)) {
    if (node instanceof Element && !isDrawn(node)) continue;
    yield node;
    // The inside of a picture belongs to the picture.
    if (!(node instanceof SVGSVGElement)) yield* drawnNodes(node);
  }
}

function drawnChildren(node: Node): Iterable<Node> {
  if (node instanceof HTMLSlotElement) return node.assignedNodes({flatten: true});
  return (node instanceof Element && node.shadowRoot ? node.shadowRoot : node).childNodes;
}

function isDrawn(element: Element): boolean {
  return (
    element.checkVisibility({visibilityProperty: true, opacityProperty: true}) &&
    getComputedStyle(element).clipPath === 'none'
  );
}

/** The colour behind an element. */
export function backgroundOf(element: Element): string {
  for (let at: Element | null = element; at; at = parentOf(at)) {
    const {backgroundColor} = getComputedStyle(at);
    if (!/^(transparent|.*[,/] ?0\))$/.test(backgroundColor)) return backgroundColor;
  }
  return 'white';
}

function parentOf(element: Element): Element | null {
  const root = element.getRootNode();
  return (
    element.assignedSlot ?? element.parentElement ?? (root instanceof ShadowRoot ? root.host : null)
  );
}
