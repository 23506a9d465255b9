/** The data flow of ReDO (the paper's Figure 1): its places, the ways between them, and what each phase of training uses. */

import type {Drawable, Masks, Picture} from '../core/engine/protocol.js';
import type {NetworkName} from '../core/model/config.js';
import type {IterationValues, Phase, PhaseReport, Side} from '../core/training/report.js';

/** Places in the order of the flow: what is seen, and the networks between. */
export const FLOW_PLACES = [
  'image',
  'f',
  'masks',
  'mask',
  'code',
  'G',
  'drawn',
  'composition',
  'D',
  'score',
  'delta',
  'recovered',
] as const;

export type FlowPlace = (typeof FLOW_PLACES)[number];

/** The networks among the places. */
export const NETWORK_AT: Partial<Record<FlowPlace, NetworkName>> = {
  f: 'mask',
  G: 'generator',
  D: 'discriminator',
  delta: 'encoder',
};

export interface FlowWay {
  /** Identifies the way, and is the same for the same two places. */
  name: string;
  from: FlowPlace;
  to: FlowPlace;
}

/** What the diagram shows: of one image and one region, as the networks are now. */
export interface Flow {
  /** Region in hand, from 0. */
  region: number;
  /** Whether δ reads all regions redrawn (published code) or the composition (paper). */
  variant: 'published' | 'paper';
  /** I. */
  image?: Picture;
  /** D(I). */
  imageScore?: number;
  masks?: Masks;
  /** Mean of each mask, in [0, 1]. */
  areas?: readonly number[];
  /** z_k. */
  code?: Float32Array;
  /** V_k, transparent outside its mask. */
  drawn?: Drawable;
  /** Î_k. */
  composition?: Drawable;
  /** D(Î_k). */
  score?: number;
  /** ẑ_k as δ reads it from all regions redrawn. */
  recovered?: Float32Array;
  /** The phase of training that ran last by itself. */
  phase?: PhaseReport;
}

/** How the diagram is lit: what the phase worked on, forwards or backwards. */
export interface FlowLights {
  places: ReadonlySet<FlowPlace>;
  forward: ReadonlySet<string>;
  /**
   * Ways that the gradient flows back along, with the norm of the gradient of all trained networks
   * that lie behind each.
   */
  backward: ReadonlyMap<string, number>;
}

/** What each phase between sample and losses computes, if its side's update has it. */
const COMPUTED: Partial<Record<Phase, readonly FlowPlace[]>> = {
  masks: ['f', 'masks', 'mask'],
  redraw: ['G', 'drawn'],
  compose: ['composition'],
  score: ['D', 'score'],
  recover: ['delta', 'recovered'],
};

const TRAINED: Record<Side, readonly FlowPlace[]> = {
  generator: ['f', 'G', 'delta'],
  discriminator: ['D'],
};

/** The ways. What δ reads depends on the variant. */
export function flowWays(variant: Flow['variant']): FlowWay[] {
  const pairs: readonly (readonly [FlowPlace, FlowPlace])[] = [
    ['image', 'f'],
    ['f', 'masks'],
    ['masks', 'mask'],
    ['mask', 'G'],
    ['code', 'G'],
    ['G', 'drawn'],
    ['drawn', 'composition'],
    ['mask', 'composition'],
    ['image', 'composition'],
    ['composition', 'D'],
    ['image', 'D'],
    ['D', 'score'],
    [variant === 'published' ? 'drawn' : 'composition', 'delta'],
    ['delta', 'recovered'],
  ];
  return pairs.map(([from, to]) => ({name: `${from}-${to}`, from, to}));
}

/** What the phase that ran last lights; nothing where none did. */
export function flowLights(
  phase: Pick<PhaseReport, 'side' | 'phase' | 'values'> | undefined,
  ways: readonly FlowWay[]
): FlowLights {
  if (!phase) return {places: new Set(), forward: new Set(), backward: new Map()};
  if (phase.phase === 'gradients') {
    const places = new Set(TRAINED[phase.side]);
    return {places, forward: new Set(), backward: backwards(phase.side, phase.values, ways)};
  }
  const places = new Set(litPlaces(phase.side, phase.phase));
  const computes = COMPUTED[phase.phase] !== undefined;
  // The generator's side never looks at the real image's score.
  const used = ways.filter(
    way => computes && places.has(way.to) && !(phase.side === 'generator' && isReal(way))
  );
  return {places, forward: new Set(used.map(({name}) => name)), backward: new Map()};
}

function litPlaces(side: Side, phase: Phase): readonly FlowPlace[] {
  if (phase === 'sample') return ['image', 'code'];
  if (phase === 'losses') return side === 'generator' ? ['score', 'recovered'] : ['score'];
  if (phase === 'gradients' || phase === 'update') return TRAINED[side];
  // The discriminator's side infers the masks on its way to the redraw.
  const before = side === 'discriminator' && phase === 'redraw' ? COMPUTED.masks! : [];
  return [...before, ...(COMPUTED[phase] ?? [])];
}

function backwards(
  side: Side,
  {gradientNorms = {}}: IterationValues,
  ways: readonly FlowWay[]
): Map<string, number> {
  const norms = new Map<string, number>();
  for (const way of ways) {
    const behind = upstream(way.from, ways).filter(place => TRAINED[side].includes(place));
    if (behind.length === 0) continue;
    const own = behind.map(place => gradientNorms[NETWORK_AT[place]!] ?? 0);
    norms.set(way.name, Math.hypot(...own));
  }
  // Nothing of δ is trained by D's loss, nor anything behind the real image.
  return norms;
}

/** A place and all that it depends on. */
function upstream(place: FlowPlace, ways: readonly FlowWay[]): FlowPlace[] {
  const before = ways.filter(({to}) => to === place).flatMap(({from}) => upstream(from, ways));
  return [...new Set([place, ...before])];
}

function isReal({name}: FlowWay): boolean {
  return name === 'image-D';
}

/** E[(ẑ − z)²] over a code's components; undefined where one of the two is missing. */
export function recoveryError({code, recovered}: Flow): number | undefined {
  if (!code || !recovered) return undefined;
  return recovered.reduce((sum, value, i) => sum + (value - code[i]!) ** 2, 0) / code.length;
}
