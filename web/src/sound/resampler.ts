/** Samples on both sides of a place that its value is made of. */
const BEFORE = 1;
const AFTER = 2;
const KEPT = BEFORE + AFTER;

/**
 * Changes the pace of sound, without a seam between one block and the next.
 *
 * Cubic interpolation (Catmull-Rom) through four samples. Where the pace is 1 the samples come out
 * as they went in, so nothing is lost where nothing has to be changed.
 */
export class Resampler {
  #kept: Float32Array[] = [];
  /** Where the next sample is taken from: the place in what is kept and what comes after it. */
  #place = BEFORE;

  /** Takes a block and gives what can be made of it; `pace` is samples in for each one out. */
  push(channels: readonly Float32Array[], pace: number): Float32Array[] {
    const length = channels[0]?.length ?? 0;
    if (this.#kept.length !== channels.length) {
      this.#kept = channels.map(() => new Float32Array(KEPT));
      this.#place = BEFORE;
    }
    const last = KEPT + length - AFTER;
    const count = Math.max(0, Math.ceil((last - this.#place) / pace));
    const out = channels.map((channel, at) => {
      const samples = joined(this.#kept[at] ?? new Float32Array(KEPT), channel);
      this.#kept[at] = samples.slice(length);
      return interpolated(samples, this.#place, pace, count);
    });
    this.#place += count * pace - length;
    return out;
  }

  /** What comes next does not follow what came. */
  reset(): void {
    this.#kept = [];
  }
}

function joined(kept: Float32Array, block: Float32Array): Float32Array {
  const samples = new Float32Array(kept.length + block.length);
  samples.set(kept);
  samples.set(block, kept.length);
  return samples;
}

function interpolated(
  samples: Float32Array,
  place: number,
  pace: number,
  count: number,
): Float32Array {
  const out = new Float32Array(count);
  for (let at = 0; at < count; at += 1) {
    const exact = place + at * pace;
    const left = Math.floor(exact);
    const x = exact - left;
    const a = samples[left - 1] ?? 0;
    const b = samples[left] ?? 0;
    const c = samples[left + 1] ?? 0;
    const d = samples[left + 2] ?? 0;
    out[at] = b + (x / 2) * (c - a + x * (2 * a - 5 * b + 4 * c - d + x * (3 * (b - c) + d - a)));
  }
  return out;
}
