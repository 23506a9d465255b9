/**
 * The elements that a viewer needs only when it has a model to show: loaded beside the engine, so
 * that the script which a page waits for stays small. Those that are on the page already take up
 * their properties as they arrive.
 */
export async function loadLateElements(): Promise<void> {
  await Promise.all([
    import('./redo-code-sliders.js'),
    import('./redo-image-strip.js'),
    import('./redo-latent-map.js'),
    import('./redo-line-chart.js'),
    import('./redo-mask-editor.js'),
    import('./redo-mask-legend.js'),
    import('./redo-mask-view.js'),
    import('./redo-paint-tools.js'),
    import('./redo-picture.js'),
    import('./redo-plane-choice.js'),
    import('./redo-region-grid.js'),
    import('./redo-save-menu.js'),
    import('./redo-timeline.js'),
    import('./redo-train-controls.js'),
  ]);
}
