import { RowHeights } from "./heights.ts";
import { ScrollSpace } from "./scroll-space.ts";

/** Drawn beyond the screen on each side, in px, so that a quick swipe finds rows there. */
const MARGIN = 400;
/** A screen that has not been measured yet, as in a test. */
const USUAL_SCREEN = 800;
/** Rows that are drawn at most, however low they are. */
const MOST_DRAWN = 300;
/** Hidden rows that are stepped over at most for one drawing; the rest follow with the next one. */
const MOST_LOOKED = 5000;

/** Which rows of a very long list are drawn, and where. Knows nothing of the screen but its height. */
export class ListModel {
  /** A row that is to have the focus as soon as it is drawn. */
  wanted: number | null = null;
  /** The rows that were considered, hidden ones among them. */
  firstLooked = 0;
  lastLooked = 0;
  #heights: RowHeights;
  readonly #space = new ScrollSpace();
  #isHidden: ((row: number) => boolean) | undefined;
  #isFollowing = false;
  #screen = 0;
  #drawn: number[] = [];
  #windowStart = 0;
  /** Where a person was sent; kept until they scroll, because rows above may turn out to be of another height. */
  #goal: { row: number; align: "start" | "center" } | null = null;
  #anchor: { row: number; into: number } = { row: 0, into: 0 };

  constructor(estimate: number) {
    this.#heights = new RowHeights(0, estimate);
  }

  get screen(): number {
    return this.#screen || USUAL_SCREEN;
  }

  set screen(px: number) {
    this.#screen = px;
    this.#resize();
  }

  get height(): number {
    return this.#space.height;
  }

  get bar(): number {
    return this.#space.bar;
  }

  /** Where the first drawn row is laid out. */
  get windowTop(): number {
    return this.#space.place(this.#windowStart);
  }

  /** How far the end is away, in px. */
  get toEnd(): number {
    return Math.max(0, this.#space.last - this.#space.top);
  }

  get firstInSight(): number {
    return this.#heights.rowAt(this.#space.top);
  }

  update(count: number, isHidden: ((row: number) => boolean) | undefined, isFollowing: boolean): void {
    this.#isHidden = isHidden;
    this.#isFollowing = isFollowing;
    if (isFollowing) this.#goal = null;
    if (count < this.#heights.count) {
      this.#heights = new RowHeights(count, this.#heights.estimate);
      this.#anchor = { row: 0, into: 0 };
      this.#goal = null;
    }
    this.#heights.grow(count);
    this.#resize();
  }

  /** The rows to draw now. */
  rows(): number[] {
    // Hiding rows moves others into sight, which may be hidden too; the second look is nearly always the last.
    for (let look = 0; look < 3; look += 1) {
      const heightBefore = this.#heights.total;
      this.#drawn = this.#look();
      this.#resize();
      if (this.#heights.total === heightBefore) break;
    }
    const [first] = this.#drawn;
    this.#windowStart = first === undefined ? 0 : this.#heights.offsetOf(first);
    return this.#drawn;
  }

  measured(row: number, height: number): void {
    if (height > 0 && row < this.#heights.count) this.#heights.set(row, height);
  }

  /** Takes in what was measured. Returns whether other rows are to be drawn now. */
  settle(): boolean {
    this.#resize();
    const [first] = this.#drawn;
    const last = this.#drawn.at(-1);
    if (first === undefined || last === undefined) return this.#heights.count > 0;
    this.#windowStart = this.#heights.offsetOf(first);
    const isShortAbove = first > 0 && this.#windowStart > this.#space.top - 1 && this.#firstShownBefore(first);
    const end = this.#heights.offsetOf(last + 1);
    const isShortBelow = last < this.#heights.count - 1 && end < this.#space.top + this.screen;
    return isShortAbove || isShortBelow;
  }

  scrolledTo(bar: number): void {
    this.#goal = null;
    this.#space.scrolledTo(bar);
    this.#remember();
  }

  goTo(row: number, align: "start" | "center" | "nearest"): void {
    const target = Math.min(Math.max(0, row), Math.max(0, this.#heights.count - 1));
    const top = this.#heights.offsetOf(target);
    const bottom = top + this.#heights.heightOf(target);
    const isInSight = top >= this.#space.top && bottom <= this.#space.top + this.screen;
    if (align === "nearest" && isInSight) return;
    const isBelow = bottom > this.#space.top + this.screen;
    if (align === "nearest") {
      this.#space.moveTo(isBelow && bottom - top < this.screen ? bottom - this.screen : top);
      this.#remember();
    } else {
      this.#goal = { row: target, align };
      this.#isFollowing = false;
      this.#resize();
    }
  }

  goToEnd(): void {
    this.#goal = null;
    this.#space.moveTo(this.#space.last);
    this.#remember();
  }

  #firstShownBefore(row: number): boolean {
    for (let before = row - 1; before >= 0 && row - before < MOST_LOOKED; before -= 1) {
      if (this.#heights.heightOf(before) > 0) return true;
    }
    return false;
  }

  /** The height of all, or of the screen, changed: what is in sight stays there. */
  #resize(): void {
    this.#space.resize(this.#heights.total, this.screen);
    if (this.#isFollowing) this.#space.moveTo(this.#space.last);
    else if (this.#goal) this.#space.moveTo(this.#goalTop(this.#goal));
    else {
      const shift = this.#heights.offsetOf(this.#anchor.row) + this.#anchor.into - this.#space.top;
      if (shift !== 0) this.#space.shift(shift);
      return;
    }
    this.#remember();
  }

  #goalTop({ row, align }: { row: number; align: "start" | "center" }): number {
    const top = this.#heights.offsetOf(row);
    if (align === "start") return top;
    return top - Math.max(0, (this.screen - this.#heights.heightOf(row)) / 2);
  }

  #remember(): void {
    const row = this.#heights.rowAt(this.#space.top);
    this.#anchor = { row, into: this.#space.top - this.#heights.offsetOf(row) };
  }

  #look(): number[] {
    const drawn: number[] = [];
    const from = this.#space.top - MARGIN;
    const until = this.#space.top + this.screen + MARGIN;
    let row = this.#heights.rowAt(from);
    let at = this.#heights.offsetOf(row);
    this.firstLooked = row;
    for (let looked = 0; at < until && row < this.#heights.count && looked < MOST_LOOKED && drawn.length < MOST_DRAWN; looked += 1) {
      if (this.#isHidden?.(row)) {
        this.#heights.set(row, 0);
      } else {
        if (this.#heights.isKnown(row) && this.#heights.heightOf(row) === 0) this.#heights.forget(row);
        drawn.push(row);
      }
      at += this.#heights.heightOf(row);
      row += 1;
    }
    this.lastLooked = Math.max(this.firstLooked, row - 1);
    return drawn;
  }
}
