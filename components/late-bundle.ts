/**
 * The elements that are loaded late, in one script: what several late scripts shared with the first
 * one would be split off from it, and travel worse.
 */

import './redo-channel-grid.js';
import './redo-code-path.js';
import './redo-code-shelf.js';
import './redo-code-sliders.js';
import './redo-collapse-guard.js';
import './redo-data-flow.js';
import './redo-data-panel.js';
import './redo-explorer.js';
import './redo-flow-controls.js';
import './redo-image-strip.js';
import './redo-inside-view.js';
import './redo-labelled-masks.js';
import './redo-latent-map.js';
import './redo-line-chart.js';
import './redo-mask-editor.js';
import './redo-mask-legend.js';
import './redo-mask-view.js';
import './redo-model-shelf.js';
import './redo-open-model.js';
import './redo-paint-tools.js';
import './redo-picture.js';
import './redo-plane-choice.js';
import './redo-region-grid.js';
import './redo-save-menu.js';
import './redo-share-menu.js';
import './redo-timeline.js';
import './redo-train-controls.js';
import './redo-training-options.js';
