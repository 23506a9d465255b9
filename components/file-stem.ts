/** What a file or an address is called, without its folder and its ending, for the name of another file. */
export function fileStem(path: string): string {
  const name = path
    .replace(/[?#].*$/, '')
    .replace(/\/+$/, '')
    .replace(/^.*[/\\]/, '');
  const stem = name.replace(
    /(\.redo)?\.(safetensors|pth|pt|zip|tar\.gz|tgz|tar|jpe?g|png|webp|ppm)$/i,
    ''
  );
  // Letters and digits of any script; systems know few other characters alike.
  return stem.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[.-]+|[.-]+$/g, '') || 'redo';
}
