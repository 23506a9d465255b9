/** Fields in which keys and the clipboard are the browser's. */
const TYPED = /^(text|search|number|email|url|password)$/;

/** Whether something takes what is typed or pasted as text. */
export function isTyping(target: EventTarget | undefined): boolean {
  return (
    (target instanceof HTMLInputElement && TYPED.test(target.type)) ||
    target instanceof HTMLTextAreaElement
  );
}
