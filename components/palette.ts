/** Colours of regions: Okabe and Ito's palette, which people with any colour vision can tell apart. */

/** Red, green and blue, each in [0, 255]. */
export type Rgb = readonly [number, number, number];

const PALETTE: readonly Rgb[] = [
  [0, 114, 178],
  [230, 159, 0],
  [0, 158, 115],
  [204, 121, 167],
  [213, 94, 0],
  [86, 180, 233],
  [240, 228, 66],
  [128, 128, 128],
];

/** Colour that stands for region k on pictures. */
export function regionColour(region: number): Rgb {
  return PALETTE[region % PALETTE.length]!;
}

/** The same as a CSS colour. */
export function regionCss(region: number): string {
  return `rgb(${regionColour(region).join(' ')})`;
}

/** The same for lines and small marks, which need more contrast with the page than areas do. */
export function regionInk(region: number): string {
  const colour = regionCss(region);
  return `light-dark(color-mix(in oklab, ${colour} 82%, black), color-mix(in oklab, ${colour} 82%, white))`;
}
