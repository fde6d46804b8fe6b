import { SampleWindow } from '../edge/sample-window';

/** When something was captured, by both ways to tell. */
export interface Moment {
  /** Media time on the axis of its stream, in seconds. */
  mediaTime: number;
  /** Unix time in milliseconds, on the server's clock. */
  captureMs: number;
  arrivedMs: number;
  /** The capture time comes from the camera's own clock; else it is that of the arrival. */
  cameraClock: boolean;
}

const REMEMBERED = 64;
const SPAN = 4;
/** Further apart, and the axis is another one: the camera or the server began again. */
const JUMP = 0.5;

/** How one axis lies to Unix time: the median of what the newest moments say. */
class Tie {
  #byCapture = new SampleWindow(REMEMBERED);
  #byArrival = new SampleWindow(REMEMBERED);
  cameraClock = false;

  add(now: number, { mediaTime, captureMs, arrivedMs, cameraClock }: Moment): void {
    if (cameraClock !== this.cameraClock) this.#byCapture.clear();
    this.cameraClock = cameraClock;
    remember(this.#byCapture, now, captureMs / 1000 - mediaTime);
    remember(this.#byArrival, now, arrivedMs / 1000 - mediaTime);
  }

  seconds(byCapture: boolean): number | null {
    return (byCapture ? this.#byCapture : this.#byArrival).percentile(0.5);
  }
}

function remember(samples: SampleWindow, now: number, value: number): void {
  const usual = samples.percentile(0.5);
  if (usual !== null && Math.abs(value - usual) > JUMP) samples.clear();
  samples.add(now, value);
  samples.trim(now, SPAN, 1);
}

/**
 * How far the time axis of some pictures is from that of the sound: a quality has an axis of its own.
 *
 * What was captured at the same moment belongs together if both captures come from the camera's
 * clock or both from arrivals, else what arrived at the same moment does.
 */
export class Axes {
  #pictures = new Tie();
  #sound = new Tie();

  /** `now` in seconds of any monotonic clock. */
  picture(now: number, moment: Moment): void {
    this.#pictures.add(now, moment);
  }

  sound(now: number, moment: Moment): void {
    this.#sound.add(now, moment);
  }

  /** The camera says of both when they were captured. */
  get exact(): boolean {
    return this.#pictures.cameraClock && this.#sound.cameraClock;
  }

  /** What to add to the media time of a picture to get that of its sound; null while unknown. */
  difference(): number | null {
    const byCapture = this.#pictures.cameraClock === this.#sound.cameraClock;
    const pictures = this.#pictures.seconds(byCapture);
    const sound = this.#sound.seconds(byCapture);
    return pictures === null || sound === null ? null : pictures - sound;
  }
}
