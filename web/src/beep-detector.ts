/** Of full scale; the test camera beeps at half of it, and hums a fiftieth of that in between. */
const LOUD = 0.25;
const SILENT = 0.0005;
/** Seconds without a beep before the next one. */
const QUIET_S = 0.5;
/** The hum is as quiet as silence for 0.06 ms when it changes its sign. */
const HOLE_S = 0.003;
/** What is not preceded by so much sound may be a beep whose beginning is missing. */
const WHOLE_S = 0.02;

/** Finds the beeps of a test camera, and the holes between them, sample by sample. */
export class BeepDetector {
  /** How often there was silence where at least the hum should have been, and for how long. */
  holes = 0;
  silentFrames = 0;
  #loudAt = -Infinity;
  #silentSince: number | null = null;
  /** Since when there has been sound without a hole. */
  #soundSince: number | null = null;

  constructor(private readonly sampleRate: number) {}

  /** Take the samples from `frame` on; gives the frame at which a beep begins, if one does. */
  push(samples: Float32Array, frame: number): number | null {
    let begins: number | null = null;
    for (let at = 0; at < samples.length; at += 1) {
      const level = Math.abs(samples[at] ?? 0);
      this.#follow(level, frame + at);
      if (level < LOUD) continue;
      if (this.#isBeginning(frame + at)) begins = frame + at;
      this.#loudAt = frame + at;
    }
    return begins;
  }

  #isBeginning(frame: number): boolean {
    return (
      frame - this.#loudAt > QUIET_S * this.sampleRate &&
      frame - (this.#soundSince ?? frame) > WHOLE_S * this.sampleRate
    );
  }

  #follow(level: number, frame: number): void {
    if (level < SILENT) {
      this.#silentSince ??= frame;
      return;
    }
    const silent = this.#silentSince === null ? 0 : frame - this.#silentSince;
    this.#silentSince = null;
    if (this.#soundSince !== null && silent > HOLE_S * this.sampleRate) {
      this.holes += 1;
      this.silentFrames += silent;
      this.#soundSince = frame;
    }
    this.#soundSince ??= frame;
  }
}
