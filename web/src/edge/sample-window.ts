/** The newest samples of one figure, with percentiles; sorted only when asked. */
export class SampleWindow {
  #times: number[] = [];
  #values: number[] = [];

  constructor(readonly most: number) {}

  get size(): number {
    return this.#values.length;
  }

  add(now: number, value: number): void {
    this.#times.push(now);
    this.#values.push(value);
    if (this.#values.length > this.most) this.#forget(1);
  }

  /** Forget what is older than `span`, but keep the `least` newest samples. */
  trim(now: number, span: number, least = 0): void {
    const spare = this.#values.length - least;
    let old = 0;
    while (old < spare && now - (this.#times[old] ?? now) > span) old += 1;
    if (old > 0) this.#forget(old);
  }

  /** The value below which `fraction` of the samples lie (nearest rank); null without samples. */
  percentile(fraction: number): number | null {
    const rank = Math.ceil(fraction * this.#values.length) - 1;
    return this.#values.toSorted((a, b) => a - b)[Math.max(0, rank)] ?? null;
  }

  sum(): number {
    return this.#values.reduce((sum, value) => sum + value, 0);
  }

  clear(): void {
    this.#forget(this.#values.length);
  }

  #forget(count: number): void {
    this.#times.splice(0, count);
    this.#values.splice(0, count);
  }
}
