/**
 * Durations that Media Source Extensions can live with.
 *
 * A chunk leaves the server before the next picture has come, so its duration is a guess: that of
 * the picture before. When a picture comes more than two durations after the last, "coded frame
 * processing" takes that for a discontinuity and drops everything up to the next sync frame: a
 * freeze of up to a whole group of pictures, for a camera that slows down in the dark or whose
 * clock is uneven. Durations that are too long do no harm there, for the next picture ends them.
 *
 * Firefox compares with the longest duration instead, so that nothing has to be lengthened for it.
 * It must not be: where media is played to its end, Firefox leaves out what comes before the end
 * that the last picture was said to have, a sync frame with all that depends on it.
 */
import { SampleWindow } from '../edge/sample-window';
import { timedChunks } from './bmff';

/** A camera may come down to a sixth of its pace at once. */
const FACTOR = 3;
const LEAST_S = 0.15;
const REMEMBERED = 60;

/** Whether provisional durations have to be made longer for a browser of that name. */
export function lengthens(userAgent: string): boolean {
  // Others say "like Gecko".
  return !/\bGecko\/\d/.test(userAgent);
}

/** What to say instead of a provisional duration, in units of the timescale. */
export function longDuration(duration: number, timescale: number): number {
  return Math.max(FACTOR * duration, LEAST_S * timescale);
}

/** Write the duration of the one picture in `data`. */
export function setDuration(data: Uint8Array, duration: number): void {
  for (const chunk of timedChunks(data)) chunk.setDuration(duration);
}

/** Corrects the durations in the parts or segments of one stream, one after the other. */
export class DurationCorrector {
  #durations = new SampleWindow(REMEMBERED);

  constructor(private readonly lengthen: boolean) {}

  /**
   * Write the true durations into a part or a segment, as its decode times tell them.
   *
   * Only the last is still unknown, and is made longer, or the usual. Returns how much too long
   * that may be, in units of the timescale.
   */
  correct(data: Uint8Array): number {
    const chunks = timedChunks(data);
    for (const [at, chunk] of chunks.entries()) {
      const next = chunks[at + 1];
      const duration = next ? next.decodeTime - chunk.decodeTime : 0;
      if (duration <= 0) continue;
      chunk.setDuration(duration);
      this.#durations.add(0, duration);
    }
    const last = chunks.at(-1);
    if (!last) return 0;
    const usual = this.#durations.percentile(0.5) ?? last.duration;
    const factor = this.lengthen ? FACTOR : 1;
    last.setDuration(factor * usual);
    return (factor - 1) * usual;
  }
}
