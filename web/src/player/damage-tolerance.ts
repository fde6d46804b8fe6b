/** A decoder that fails so soon after a damaged picture failed because of it. */
const BLAMED_MS = 2000;

/**
 * Whether to decode pictures that refer to lost ones (bit 3 of the flags).
 *
 * They are made so that every decoder goes on. Should the one of this browser fail nevertheless,
 * none of them is handed to it any more: the last picture then stands until the next sync frame.
 */
export class DamageTolerance {
  #refused = false;
  #takenAt = Number.NEGATIVE_INFINITY;

  /** Whether a chunk is to be left out; `now` in milliseconds. */
  refuses(damaged: boolean, now: number): boolean {
    if (!damaged) return false;
    if (!this.#refused) this.#takenAt = now;
    return this.#refused;
  }

  /** A decoder has failed. */
  failed(now: number): void {
    this.#refused ||= now - this.#takenAt < BLAMED_MS;
  }
}

/** That of this browser, for all players of the page. */
export const damageTolerance = new DamageTolerance();
