/** What has to be given back after use, as a VideoFrame has. */
interface Closable {
  close(): void;
}

/** Pictures may wait for one animation frame each; after so many in a row the newest is shown. */
const MOST_HELD = 4;

/**
 * At most two decoded pictures between the decoder and the screen.
 *
 * Network jitter lets two pictures come between two animation frames. Showing only the newer would
 * lose every such picture; the newer waits instead, for one animation frame. A camera as fast as
 * the screen would make that wait permanent, so it ends after a few pictures.
 */
export class PresentationQueue<T extends Closable> {
  #waiting: T[] = [];
  #held = 0;
  #dropped = 0;

  /** Pictures that were never shown. */
  get dropped(): number {
    return this.#dropped;
  }

  push(picture: T): void {
    if (this.#waiting.length === 2) this.#dropOldest();
    this.#waiting.push(picture);
  }

  /** The picture for this animation frame, which the caller closes; null to keep the last one. */
  take(): T | null {
    this.#held = this.#waiting.length > 1 ? this.#held + 1 : 0;
    if (this.#held > MOST_HELD) {
      this.#dropOldest();
      this.#held = 0;
    }
    return this.#waiting.shift() ?? null;
  }

  clear(): void {
    for (const picture of this.#waiting) picture.close();
    this.#waiting = [];
    this.#held = 0;
  }

  #dropOldest(): void {
    this.#waiting.shift()?.close();
    this.#dropped += 1;
  }
}
