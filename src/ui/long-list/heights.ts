/** Rows of one block: sums are kept per block, rows within one are added up one by one. */
const BLOCK = 128;
/** Stands for a row nobody has measured yet. */
const UNKNOWN = -1;

/**
 * The heights of very many rows: measured where known, an estimate elsewhere.
 *
 * A million rows take 4 MB and no time to set up; every question and every change costs O(log n).
 */
export class RowHeights {
  readonly estimate: number;
  #count: number;
  #known: Float32Array;
  /** Per block: how much the known heights differ from the estimate, as a Fenwick tree, so that an empty one is all zeros. */
  #tree: Float64Array;
  #total = 0;

  constructor(count: number, estimate: number) {
    this.estimate = estimate;
    this.#count = Math.max(0, count);
    const capacity = roundedUp(this.#count);
    this.#known = new Float32Array(capacity).fill(UNKNOWN);
    this.#tree = new Float64Array(capacity / BLOCK + 1);
  }

  get count(): number {
    return this.#count;
  }

  /** The height of all rows together, in px. */
  get total(): number {
    return Math.max(0, this.#count * this.estimate + this.#total);
  }

  heightOf(row: number): number {
    const known = this.#known[row];
    return known === undefined || known === UNKNOWN ? this.estimate : known;
  }

  /** Whether the row's height is known. */
  isKnown(row: number): boolean {
    const known = this.#known[row];
    return known !== undefined && known !== UNKNOWN;
  }

  /** Notes a measured height and returns by how much it differs from what was believed. Rows out of range are ignored. */
  set(row: number, height: number): number {
    if (!Number.isInteger(row) || row < 0 || row >= this.#count || !Number.isFinite(height)) return 0;
    const before = this.heightOf(row);
    this.#known[row] = Math.max(0, height);
    const difference = this.heightOf(row) - before;
    if (difference !== 0) this.#add(Math.floor(row / BLOCK), difference);
    return difference;
  }

  /** Forgets a row's height, so that the estimate holds again. */
  forget(row: number): void {
    if (!this.isKnown(row) || row >= this.#count) return;
    const difference = this.estimate - this.heightOf(row);
    this.#known[row] = UNKNOWN;
    if (difference !== 0) this.#add(Math.floor(row / BLOCK), difference);
  }

  /** More rows at the end. Fewer than before are ignored: rows of a transcript never go. */
  grow(count: number): void {
    if (count <= this.#count) return;
    if (count > this.#known.length) {
      const known = new Float32Array(roundedUp(count)).fill(UNKNOWN);
      known.set(this.#known);
      this.#known = known;
      this.#rebuild();
    }
    this.#count = count;
  }

  /** Where the row begins, in px from the first one. The row after the last begins where all end. */
  offsetOf(row: number): number {
    const end = Math.min(Math.max(0, row), this.#count);
    const block = Math.floor(end / BLOCK);
    let offset = block * BLOCK * this.estimate + this.#before(block);
    for (let at = block * BLOCK; at < end; at += 1) offset += this.heightOf(at);
    return offset;
  }

  /** The row that covers `offset`; the first or the last one for what lies outside. Rows without height cover nothing. */
  rowAt(offset: number): number {
    if (this.#count === 0) return 0;
    let block = 0;
    let start = 0;
    for (let step = highestPower(this.#tree.length - 1); step > 0; step >>= 1) {
      const next = block + step;
      if (next >= this.#tree.length) continue;
      const end = start + step * BLOCK * this.estimate + (this.#tree[next] ?? 0);
      if (end <= offset && next * BLOCK < this.#count) {
        block = next;
        start = end;
      }
    }
    const last = this.#count - 1;
    let row = block * BLOCK;
    for (; row < last; row += 1) {
      start += this.heightOf(row);
      if (start > offset) break;
    }
    return Math.min(row, last);
  }

  #add(block: number, difference: number): void {
    this.#total += difference;
    for (let at = block + 1; at < this.#tree.length; at += at & -at) {
      this.#tree[at] = (this.#tree[at] ?? 0) + difference;
    }
  }

  #before(block: number): number {
    let sum = 0;
    for (let at = block; at > 0; at -= at & -at) sum += this.#tree[at] ?? 0;
    return sum;
  }

  #rebuild(): void {
    const blocks = this.#known.length / BLOCK;
    const tree = new Float64Array(blocks + 1);
    for (let row = 0; row < this.#count; row += 1) {
      const known = this.#known[row] ?? UNKNOWN;
      if (known !== UNKNOWN) {
        const at = Math.floor(row / BLOCK) + 1;
        tree[at] = (tree[at] ?? 0) + known - this.estimate;
      }
    }
    for (let at = 1; at <= blocks; at += 1) {
      const parent = at + (at & -at);
      if (parent <= blocks) tree[parent] = (tree[parent] ?? 0) + (tree[at] ?? 0);
    }
    this.#tree = tree;
  }
}

/** Room for `count` rows and as many again up to the next power of two, so that growing row by row stays cheap. */
function roundedUp(count: number): number {
  let room = BLOCK;
  while (room < count) room *= 2;
  return room;
}

function highestPower(limit: number): number {
  let power = 1;
  while (power * 2 <= limit) power *= 2;
  return power;
}
