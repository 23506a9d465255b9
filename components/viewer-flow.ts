/** The data flow of what a viewer has in hand. */

import type {Flow} from './data-flow.js';
import type {ViewerState} from './viewer-state.js';

/**
 * Reads the nodes that the diagram shows.
 *
 * @param readBack Whether to ask δ for ẑ, which costs a request for each change of a code.
 * @returns Undefined while no model is open.
 */
export function flowOf(
  {session, input, segmentation, redraws}: ViewerState,
  readBack: boolean
): Flow | undefined {
  const model = session.model.value;
  if (!model) return undefined;
  const region = session.region.value;
  const {masks, areas, score} = segmentation.value ?? {};
  const redraw = redraws.value[region];
  const recovery = readBack ? session.views.recovery.state.value.value : undefined;
  return {
    region,
    variant: model.training.variant,
    image: input.value.picture,
    imageScore: score,
    masks,
    areas,
    code: session.codes.all[region]?.value,
    drawn: redraw?.region,
    composition: redraw?.composition,
    score: redraw && session.views.scores.value[region]?.state.value.value?.score,
    recovered: recovery?.recovered[region],
    phase: session.training.phase.value,
  };
}
