import type { HlsConfig } from 'hls.js/light';
import { timescaleOf } from '../media/bmff';
import { DurationCorrector, lengthens } from '../media/durations';
import { takingLoader } from './taking-loader';

const DEFAULT_TIMESCALE = 90_000;

/**
 * A loader for hls.js that corrects the durations of what it fetches.
 *
 * `excess` is told how much too long the last picture of the newest part or segment is, in
 * seconds.
 */
export function correctingLoader(excess: (seconds: number) => void): NonNullable<HlsConfig['fLoader']> {
  const corrector = new DurationCorrector(lengthens(navigator.userAgent));
  let timescale = DEFAULT_TIMESCALE;
  return takingLoader(({ data }) => {
    if (!(data instanceof ArrayBuffer)) return;
    const bytes = new Uint8Array(data);
    timescale = timescaleOf(bytes) ?? timescale;
    excess(corrector.correct(bytes) / timescale);
  });
}
