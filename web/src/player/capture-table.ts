import type { MediaHeader } from '../live/protocol';
import type { ClockSource } from './stats';

/** When a picture was taken. */
export interface Capture {
  /** Unix time in milliseconds, on the server's clock. */
  captureMs: number;
  /** When its last byte arrived at the server, on the same clock. */
  arrivedMs: number;
  clock: ClockSource;
  /** The stream on whose time axis its presentation time is; null where that is a playlist's. */
  stream: string | null;
}

/**
 * The capture times of the newest pictures, by presentation time in seconds.
 *
 * A media element gives back a media time rounded in its own way, so the nearest entry counts.
 */
export class CaptureTable {
  #times: Float64Array;
  #captures: Capture[] = [];
  #next = 0;

  constructor(private readonly size = 1024) {
    this.#times = new Float64Array(size).fill(Number.NaN);
  }

  add(mediaTime: number, capture: Capture): void {
    this.#times[this.#next] = mediaTime;
    this.#captures[this.#next] = capture;
    this.#next = (this.#next + 1) % this.size;
  }

  /** The capture of the picture nearest to `mediaTime`, if it is within `tolerance` seconds. */
  find(mediaTime: number, tolerance = 0.005): Capture | null {
    let best: Capture | null = null;
    let distance = tolerance;
    for (let back = 1; back <= this.size; back += 1) {
      const at = (this.#next - back + this.size) % this.size;
      const difference = Math.abs((this.#times[at] ?? Number.NaN) - mediaTime);
      if (!(difference <= distance)) continue;
      best = this.#captures[at] ?? null;
      distance = difference;
      if (difference < 1e-4) break;
    }
    return best;
  }
}

export function captureOf(header: MediaHeader, stream: string): Capture {
  const { captureMs, arrivalMs, cameraClock } = header;
  const clock = cameraClock ? 'camera' : 'server';
  return { captureMs, arrivedMs: captureMs + arrivalMs, clock, stream };
}
