/**
 * The elements that are loaded late, in one script: what several late scripts shared with the first
 * one would be split off from it, and travel worse.
 */

import './redo-explorer.js';
import './redo-latent-map.js';
import './redo-mask-editor.js';
import './redo-paint-tools.js';
import './redo-plane-choice.js';
