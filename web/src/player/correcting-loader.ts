import type { FragmentLoaderContext, HlsConfig } from 'hls.js';
import { timescaleOf } from '../media/bmff';
import { DurationCorrector, lengthens } from '../media/durations';
import { takingLoader, type BaseLoader } from './taking-loader';

const DEFAULT_TIMESCALE = 90_000;

/**
 * A loader for hls.js that corrects the durations of the pictures that it fetches; those of sound
 * are exact.
 *
 * `excess` is told how much too long the last picture of the newest part or segment is, in
 * seconds.
 */
export function correctingLoader(
  Base: BaseLoader,
  excess: (seconds: number) => void,
): NonNullable<HlsConfig['fLoader']> {
  const corrector = new DurationCorrector(lengthens(navigator.userAgent));
  let timescale = DEFAULT_TIMESCALE;
  return takingLoader(Base, ({ data }, context) => {
    const { frag } = context as FragmentLoaderContext;
    if (!(data instanceof ArrayBuffer) || frag.type === 'audio') return;
    const bytes = new Uint8Array(data);
    timescale = timescaleOf(bytes) ?? timescale;
    excess(corrector.correct(bytes) / timescale);
  });
}
