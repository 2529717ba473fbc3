import { RowHeights } from "./heights.ts";
import { ScrollSpace } from "./scroll-space.ts";

/** Drawn beyond the screen on each side, in px, so that a quick swipe finds rows there. */
const MARGIN = 400;
/** The same while the end is followed: rows go past too quickly to be scrolled to. */
const FOLLOWING_MARGIN = 80;
/** A screen that has not been measured yet, as in a test. */
const USUAL_SCREEN = 800;
/** Rows that are drawn at most, however low they are. */
const MOST_DRAWN = 300;
/** Hidden rows that are stepped over at most for one drawing; the rest follow with the next one. */
const MOST_LOOKED = 5000;

/** What is drawn, and what was considered for it: hidden rows are among the latter. */
export type ListView = { rows: readonly number[]; firstLooked: number; lastLooked: number };

type Align = "start" | "center" | "nearest";
type Goal = { row: number; align: "start" | "center" | "end" };

/** Which rows of a very long list are drawn, and where. Knows nothing of the screen but its height. */
export class ListModel {
  /** Where the scrollbar was last seen or put. Asking the browser would make it lay everything out first. */
  #shownBar = 0;
  #heights: RowHeights;
  readonly #space = new ScrollSpace();
  readonly #listeners = new Set<() => void>();
  #isHidden: ((row: number) => boolean) | undefined;
  #isFollowing = false;
  #screen = 0;
  #view: ListView = { rows: [], firstLooked: 0, lastLooked: 0 };
  #windowStart = 0;
  #wanted: number | null = null;
  /** Where a person was sent; kept until they scroll, because rows above may turn out to be of another height. */
  #goal: Goal | null = null;
  #anchor: { row: number; into: number } = { row: 0, into: 0 };

  constructor(estimate: number) {
    this.#heights = new RowHeights(0, estimate);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The same object as long as the same rows are drawn. */
  readonly view = (): ListView => this.#view;

  get screen(): number {
    return this.#screen || USUAL_SCREEN;
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

  /** The row that is to have the focus as soon as it is drawn. */
  get wanted(): number | null {
    return this.#wanted;
  }

  /** It has the focus. */
  focused(): void {
    this.#wanted = null;
  }

  resizeScreen(px: number): void {
    this.#screen = px;
    this.#draw();
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
    this.#draw();
  }

  measured(row: number, height: number): void {
    if (height > 0 && row < this.#heights.count && !this.#isHidden?.(row)) this.#heights.set(row, height);
  }

  /** Takes in what was measured, and draws other rows if they came into sight by it. */
  settle(): void {
    this.#draw();
  }

  /** Where the scrollbar is to be put; nothing when it is there already: telling a browser again would end a swipe. */
  takeBar(): number | null {
    if (Math.abs(this.#shownBar - this.bar) <= 1) return null;
    this.#shownBar = this.bar;
    return this.bar;
  }

  /** The scrollbar is at `bar` now, on a screen of that height. Returns whether a person moved it there. */
  scrolledTo(bar: number, screen = this.#screen): boolean {
    this.#shownBar = bar;
    if (screen > 0 && screen !== this.#screen) {
      // The window has another size, and the browser moved the bar with it: nobody scrolled.
      this.resizeScreen(screen);
      return false;
    }
    if (Math.abs(bar - this.bar) < 1) return false;
    this.#goal = null;
    // Whether it goes on following is for the owner to say; until then a person is not pulled back.
    this.#isFollowing = false;
    this.#space.scrolledTo(bar);
    this.#remember();
    this.#draw();
    return true;
  }

  goTo(row: number, align: Align, isFocused: boolean): void {
    const target = Math.min(Math.max(0, row), Math.max(0, this.#heights.count - 1));
    if (isFocused) this.#wanted = target;
    const top = this.#heights.offsetOf(target);
    const bottom = top + this.#heights.heightOf(target);
    const isAbove = top < this.#space.top;
    const isBelow = bottom > this.#space.top + this.screen;
    if (align !== "nearest" || isAbove || isBelow) {
      const isLow = isBelow && bottom - top < this.screen;
      this.#goal = { row: target, align: align !== "nearest" ? align : isLow ? "end" : "start" };
      this.#isFollowing = false;
    }
    this.#draw();
  }

  goToEnd(): void {
    this.#goal = null;
    this.#space.moveTo(this.#space.last);
    this.#remember();
    this.#draw();
  }

  /** Works out anew which rows are drawn, and tells when they are others than before. */
  #draw(): void {
    this.#resize();
    let view = this.#look();
    // Hiding rows moves others into sight, which may be hidden too; the second look is nearly always the last.
    for (let look = 0; look < 4; look += 1) {
      const before = this.#heights.total;
      this.#resize();
      view = this.#look();
      if (this.#heights.total === before) break;
    }
    const [first] = view.rows;
    this.#windowStart = first === undefined ? 0 : this.#heights.offsetOf(first);
    if (isSame(view, this.#view)) return;
    this.#view = view;
    for (const listener of this.#listeners) listener();
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

  #goalTop({ row, align }: Goal): number {
    const top = this.#heights.offsetOf(row);
    const room = Math.max(0, this.screen - this.#heights.heightOf(row));
    return top - room * { start: 0, center: 0.5, end: 1 }[align];
  }

  #remember(): void {
    const row = this.#heights.rowAt(this.#space.top);
    this.#anchor = { row, into: this.#space.top - this.#heights.offsetOf(row) };
  }

  #look(): ListView {
    const rows: number[] = [];
    const margin = this.#isFollowing ? FOLLOWING_MARGIN : MARGIN;
    const until = this.#space.top + this.screen + margin;
    const firstLooked = this.#heights.rowAt(Math.max(0, this.#space.top - margin));
    let row = firstLooked;
    let at = this.#heights.offsetOf(row);
    for (
      let looked = 0;
      at < until && row < this.#heights.count && looked < MOST_LOOKED && rows.length < MOST_DRAWN;
      looked += 1
    ) {
      if (this.#isHidden?.(row)) {
        this.#heights.set(row, 0);
      } else {
        if (this.#heights.heightOf(row) === 0) this.#heights.forget(row);
        rows.push(row);
      }
      at += this.#heights.heightOf(row);
      row += 1;
    }
    return { rows, firstLooked, lastLooked: Math.max(firstLooked, row - 1) };
  }
}

function isSame(a: ListView, b: ListView): boolean {
  return (
    a.firstLooked === b.firstLooked &&
    a.lastLooked === b.lastLooked &&
    a.rows.length === b.rows.length &&
    a.rows.every((row, at) => row === b.rows[at])
  );
}
