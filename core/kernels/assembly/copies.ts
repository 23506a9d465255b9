/** Moving floats about. Addresses are bytes, counts are floats. */

export function clear(to: usize, count: i32): void {
  memory.fill(to, 0, <usize>count * 4);
}

/** Copies the first `count` columns of rows into rows of another width. */
export function copyColumns(
  from: usize,
  to: usize,
  rows: i32,
  fromWidth: i32,
  toWidth: i32,
  count: i32
): void {
  const bytes: usize = <usize>count * 4;
  if (count == 1) {
    for (let r = 0; r < rows; r++) {
      store<f32>(to, load<f32>(from));
      from += <usize>fromWidth * 4;
      to += <usize>toWidth * 4;
    }
    return;
  }
  for (let r = 0; r < rows; r++) {
    memory.copy(to, from, bytes);
    from += <usize>fromWidth * 4;
    to += <usize>toWidth * 4;
  }
}
