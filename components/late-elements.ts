/**
 * The elements that a viewer needs only when it has a model to show: loaded beside the engine, so
 * that the script which a page waits for stays small. Those that are on the page already take up
 * their properties as they arrive.
 */
export async function loadLateElements(): Promise<void> {
  await import('./late-bundle.js');
}
