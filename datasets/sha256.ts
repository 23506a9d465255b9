/**
 * SHA-256 in hexadecimal digits; undefined on a page that is neither of https nor of this machine,
 * where browsers hash nothing.
 */
export async function hexSha256(
  bytes: ArrayBuffer | Uint8Array<ArrayBuffer>
): Promise<string | undefined> {
  const {subtle} = crypto as {subtle?: SubtleCrypto};
  if (!subtle) return undefined;
  const hash = new Uint8Array(await subtle.digest('SHA-256', bytes));
  return Array.from(hash, byte => byte.toString(16).padStart(2, '0')).join('');
}
