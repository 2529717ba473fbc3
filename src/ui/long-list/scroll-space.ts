/** Browsers lay out at most about 33 million px (Firefox 17); beyond this the scrollbar stands for more than its px. */
export const TALLEST = 8_000_000;
/** Near both ends one px of the scrollbar is one px of content, so that the ends are reached exactly. */
const EDGE = 200_000;
/** How far the scrollbar may be from where it belongs before it is put there. */
const DRIFT = 50_000;
/** Moves up to this many screens are steps of a person's wheel or keys; longer ones are jumps with the scrollbar. */
const STEP_SCREENS = 4;

/**
 * Maps the scrollbar of a list that may be taller than a browser can lay out to offsets of its content.
 *
 * Up to `TALLEST` px the two are the same. Beyond, small moves stay exact and jumps with the scrollbar are in proportion.
 */
export class ScrollSpace {
  #total = 0;
  #screen = 0;
  #top = 0;
  #bar = 0;

  /** Height that the browser is to lay out. */
  get height(): number {
    return Math.min(this.#total, TALLEST);
  }

  /** The content offset at the top of the screen. */
  get top(): number {
    return this.#top;
  }

  get screen(): number {
    return this.#screen;
  }

  /** The largest content offset that can be at the top. */
  get last(): number {
    return Math.max(0, this.#total - this.#screen);
  }

  /** Where `scrollTop` should be. */
  get bar(): number {
    return this.#bar;
  }

  /** Where content at `offset` is to be laid out. */
  place(offset: number): number {
    return offset - (this.#top - this.#bar);
  }

  /** The content or the screen changed size; what is at the top stays there if it still can. */
  resize(total: number, screen: number): void {
    this.#total = total;
    this.#screen = screen;
    this.#top = Math.min(this.#top, this.last);
    this.#settle();
  }

  /** Puts `offset` at the top of the screen. */
  moveTo(offset: number): void {
    this.#top = Math.min(Math.max(0, offset), this.last);
    this.#bar = this.#barFor(this.#top);
  }

  /** Keeps what is seen in place although `shift` px of height came in above it. */
  shift(shift: number): void {
    this.#top = Math.min(Math.max(0, this.#top + shift), this.last);
    this.#bar = Math.min(Math.max(0, this.#bar + shift), this.#lastBar);
    this.#settle();
  }

  /** A person scrolled, so that `scrollTop` is now `bar`. */
  scrolledTo(bar: number): void {
    const move = bar - this.#bar;
    const isStep = Math.abs(move) <= STEP_SCREENS * this.#screen;
    const offset = this.#isScaled && !isStep ? this.#offsetFor(bar) : this.#top + move;
    this.#bar = bar;
    this.#top = Math.min(Math.max(0, offset), this.last);
    this.#settle();
  }

  get #isScaled(): boolean {
    return this.#total > TALLEST;
  }

  get #lastBar(): number {
    return Math.max(0, this.height - this.#screen);
  }

  #settle(): void {
    const belongs = this.#barFor(this.#top);
    const isAtEdge = this.#top < EDGE || this.#top > this.last - EDGE;
    if (!this.#isScaled || isAtEdge || Math.abs(this.#bar - belongs) > DRIFT) this.#bar = belongs;
  }

  #barFor(offset: number): number {
    if (!this.#isScaled || offset <= EDGE) return offset;
    const fromEnd = this.last - offset;
    if (fromEnd <= EDGE) return this.#lastBar - fromEnd;
    return EDGE + ((offset - EDGE) * (this.#lastBar - 2 * EDGE)) / (this.last - 2 * EDGE);
  }

  #offsetFor(bar: number): number {
    if (bar <= EDGE) return bar;
    const fromEnd = this.#lastBar - bar;
    if (fromEnd <= EDGE) return this.last - fromEnd;
    return EDGE + ((bar - EDGE) * (this.last - 2 * EDGE)) / (this.#lastBar - 2 * EDGE);
  }
}
