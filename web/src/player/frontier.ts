/** More than a second is no reordering, but a clock that was set back. */
const REORDERING_MOST_S = 1;
/** A picture that once came out of order is forgotten after one to two times as many. */
const REMEMBERED = 60;

/**
 * Where the next picture is due, in seconds of media time.
 *
 * `buffered` does not tell: it ends later, by durations that are too long on purpose, and where
 * B-pictures follow the picture that they are shown before, it spans holes.
 */
export class Frontier {
  #highest = 0;
  #reordering = 0;
  #reorderingBefore = 0;
  #count = 0;

  get end(): number {
    return this.#highest - Math.max(this.#reordering, this.#reorderingBefore);
  }

  /** A picture has come that is shown until `end`; pictures come in the order of decoding. */
  add(end: number): void {
    this.#count += 1;
    if (this.#count % REMEMBERED === 0) {
      this.#reorderingBefore = this.#reordering;
      this.#reordering = 0;
    }
    const back = this.#highest - end;
    if (back > 0 && back < REORDERING_MOST_S) this.#reordering = Math.max(this.#reordering, back);
    this.#highest = Math.max(this.#highest, end);
  }
}
