/** The panels of `<redo-viewer>`, in the order in which they are shown. */
export const PANELS = [
  'images',
  'image',
  'regions',
  'code',
  'training',
  'history',
  'timeline',
  'flow',
  'explorer',
  'save',
  'status',
] as const;

export type PanelName = (typeof PANELS)[number];

/**
 * Reads a list of names with spaces between them.
 *
 * @param names All panels if absent.
 * @throws RangeError naming what is no panel.
 */
export function readPanels(names: string | undefined): ReadonlySet<PanelName> {
  const all = new Set<string>(PANELS);
  if (names === undefined) return new Set(PANELS);
  const chosen = names.split(/\s+/).filter(Boolean);
  const unknown = chosen.filter(name => !all.has(name));
  if (chosen.length === 0 || unknown.length > 0) {
    throw new RangeError(
      `panels: must be some of ${PANELS.join(', ')}; got ${unknown.join(', ') || 'none'}`
    );
  }
  return new Set(chosen as PanelName[]);
}
