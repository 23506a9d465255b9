/**
 * The elements that a viewer needs only when it has a model to show: loaded beside the engine, so
 * that the script which a page waits for stays small. Those that are on the page already take up
 * their properties as they arrive.
 */
export async function loadLateElements(): Promise<void> {
  await Promise.all([
    import('./redo-collapse-guard.js'),
    import('./redo-data-flow.js'),
    import('./redo-flow-controls.js'),
    import('./redo-latent-map.js'),
    import('./redo-line-chart.js'),
    import('./redo-mask-editor.js'),
    import('./redo-paint-tools.js'),
    import('./redo-plane-choice.js'),
  ]);
}
