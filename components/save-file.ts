/**
 * Hands a file to the browser by way of `file-saved` on an element, which whoever wants the file
 * otherwise cancels; `detail` is `{name: string, blob: Blob}`.
 */
export function saveFile(host: HTMLElement, name: string, blob: Blob): void {
  const event = new CustomEvent('file-saved', {
    detail: {name, blob},
    ...{bubbles: true, composed: true, cancelable: true},
  });
  if (!host.dispatchEvent(event)) return;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has the file by the time of the next task.
  setTimeout(() => URL.revokeObjectURL(link.href));
}
