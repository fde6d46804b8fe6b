/** More than a second is no reordering, but a clock that was set back. */
const REORDERING_MOST_S = 1;
/** A picture that once came out of order is forgotten after one to two times as many. */
const REMEMBERED = 60;
/** A provisional duration is that of the picture before, and repeats each of its accidents. */
const DURATION_GAIN = 0.1;
const DURATION_MOST = 2;

/**
 * Where the next picture is due, in seconds of media time.
 *
 * `buffered` does not tell: it ends later, by durations that are too long on purpose, and where
 * B-pictures follow the picture that they are shown before, it spans holes.
 */
export class Frontier {
  #newest = 0;
  #duration = 0;
  #reordering = 0;
  #reorderingBefore = 0;
  #count = 0;

  get end(): number {
    return this.#newest + this.#duration - Math.max(this.#reordering, this.#reorderingBefore);
  }

  /** A picture has come, in the order of decoding; both in seconds, `start` as it is shown. */
  add(start: number, duration: number): void {
    this.#count += 1;
    if (this.#count % REMEMBERED === 0) {
      this.#reorderingBefore = this.#reordering;
      this.#reordering = 0;
    }
    const usual = this.#duration || duration;
    const likely = Math.min(duration, DURATION_MOST * usual);
    this.#duration = usual + (likely - usual) * DURATION_GAIN;
    const back = this.#newest - start;
    if (back > 0 && back < REORDERING_MOST_S) this.#reordering = Math.max(this.#reordering, back);
    this.#newest = Math.max(this.#newest, start);
  }
}
