/** Waiting times that double from `firstMs` to `mostMs`, each spread over 75 to 125 %. */
export class Backoff {
  #nextMs: number;

  constructor(
    readonly firstMs: number,
    readonly mostMs: number,
    private readonly random: () => number = Math.random,
  ) {
    this.#nextMs = firstMs;
  }

  /** The next time to wait, in milliseconds. Viewers of one server must not return in step. */
  next(): number {
    const delay = this.#nextMs * (0.75 + this.random() / 2);
    this.#nextMs = Math.min(this.mostMs, this.#nextMs * 2);
    return delay;
  }

  reset(): void {
    this.#nextMs = this.firstMs;
  }
}
