/** Where each row begins, in pixels, and after the last entry where the list ends. */
export type Offsets = Float64Array;

/** Those of `count` rows, `gap` pixels apart. */
export function offsetsOf(count: number, heightOf: (row: number) => number, gap: number): Offsets {
  const offsets = new Float64Array(count + 1);
  let at = 0;
  for (let row = 0; row < count; row += 1) {
    offsets[row] = at;
    at += heightOf(row) + gap;
  }
  offsets[count] = at;
  return offsets;
}

/** The row at `y`: the last one that begins at or before it. */
export function rowAt(offsets: Offsets, y: number): number {
  let low = 0;
  let high = Math.max(0, offsets.length - 2);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((offsets[middle] ?? 0) <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Rows kept ready above and below what is in view, so that scrolling by a notch draws nothing new. */
const SPARE = 3;

/** The rows to draw for a view of `height` pixels at `top`: from `first` up to, and without, `end`. */
export function windowOf(offsets: Offsets, top: number, height: number): { first: number; end: number } {
  const count = offsets.length - 1;
  if (count <= 0) return { first: 0, end: 0 };
  const first = Math.max(0, rowAt(offsets, top) - SPARE);
  const end = Math.min(count, rowAt(offsets, top + height) + 1 + SPARE);
  return { first, end };
}

/** The scroll position that brings `row` into view with the least movement. */
export function revealed(offsets: Offsets, row: number, top: number, height: number): number {
  const begin = offsets[row] ?? 0;
  const end = offsets[row + 1] ?? begin;
  if (begin < top) return begin;
  if (end > top + height) return Math.max(0, end - height);
  return top;
}
