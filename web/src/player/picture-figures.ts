import { SampleWindow } from '../edge/sample-window';

const LATENCY_SPAN_MS = 5000;
const RATE_SPAN_MS = 2000;
/** A pause in the picture that a person notices, unless the camera is that slow. */
const STALL_MS = 500;
const STALL_FRAMES = 4;
/** Before so many intervals, nobody knows how slow the camera is. */
const STALL_INTERVALS = 3;

/** What the presented pictures say: delay, rate and stalls. Times in milliseconds. */
export class PictureFigures {
  #latencies = new SampleWindow(600);
  #intervals = new SampleWindow(240);
  #lastAt: number | null = null;
  #latency: number | null = null;
  #stalls = 0;
  #paused = true;

  /** Pauses of the picture since the beginning. */
  get stalls(): number {
    return this.#stalls;
  }

  /** The delay of the newest picture. */
  get latencyMs(): number | null {
    return this.#latency;
  }

  presented(now: number, latencyMs: number | null): void {
    const interval = this.#lastAt === null ? null : now - this.#lastAt;
    if (interval !== null && !this.#paused) {
      if (this.#isStall(interval)) this.#stalls += 1;
      this.#intervals.add(now, interval);
    }
    this.#paused = false;
    this.#lastAt = now;
    this.#latency = latencyMs;
    if (latencyMs !== null) this.#latencies.add(now, latencyMs);
  }

  /** The next interval between two pictures is wanted, not a stall. */
  pause(): void {
    this.#paused = true;
    this.#latencies.clear();
  }

  /** Since the newest picture; null before the first. */
  age(now: number): number | null {
    return this.#lastAt === null ? null : now - this.#lastAt;
  }

  /** Whether the picture moves forward. */
  moves(now: number): boolean {
    const age = this.age(now) ?? Number.POSITIVE_INFINITY;
    return age < 1000 || age < this.#longest();
  }

  latency(now: number, fraction: number): number | null {
    this.#latencies.trim(now, LATENCY_SPAN_MS);
    return this.#latencies.percentile(fraction);
  }

  fps(now: number): number {
    this.#intervals.trim(now, RATE_SPAN_MS);
    const { size } = this.#intervals;
    const sum = this.#intervals.sum();
    return size > 0 && this.moves(now) && sum > 0 ? (size * 1000) / sum : 0;
  }

  #isStall(interval: number): boolean {
    const known = this.#intervals.size >= STALL_INTERVALS;
    return known && interval > STALL_MS && interval > this.#longest();
  }

  /** The median is not moved by the pauses that it is to tell apart. */
  #longest(): number {
    const usual = this.#intervals.percentile(0.5) ?? 0;
    return Math.max(STALL_MS, STALL_FRAMES * usual);
  }
}
