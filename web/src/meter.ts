/**
 * Reads the clock that a test camera has burned into its pictures, off the screen's own pixels.
 *
 * The top 16 rows hold 32 blocks of 16 x 16 pixels, the most significant bit first and light for
 * one: Unix time in milliseconds modulo 2^32.
 */
import type { LiveEdgePlayer, PlayerFrame, PlayerState, PlayerStats } from './live-edge-player';

const BLOCK = 16;
const BITS = 32;
const WIDTH = BLOCK * BITS;
const MODULUS = 2 ** BITS;
const LIGHT = 128;
/** An hour at 30 pictures a second; the oldest half goes when it is full. */
const SAMPLES_MOST = 108_000;

/** What can be measured; `<live-edge-player>` is. */
export type Metered = Pick<LiveEdgePlayer, 'onframe' | 'video' | 'state'> & EventTarget;

export interface MeterSample {
  /** Unix time in milliseconds at which the picture was presented. */
  t: number;
  /** The burned-in clock, modulo 2^32. */
  clock_ms: number;
  latency_ms: number;
  /** What the player itself says, without looking at the picture. */
  reported_ms: number | null;
  rate: number;
  /** Of the picture, in pixels: the clock can be read only in the camera's own size. */
  width: number;
}

export interface Meter {
  samples: MeterSample[];
  /** Unix time of the navigation, of the first presented picture, and the time between them. */
  navigation_ms: number;
  first_frame_ms: number | null;
  time_to_first_frame_ms: number | null;
  /** The same for the first picture that was not older than a second. */
  time_to_first_live_frame_ms: number | null;
  states: { t: number; state: PlayerState }[];
  stats: PlayerStats | null;
  errors: string[];
  stop(): void;
}

/** Measure each picture that `player` presents; it takes the player's `onframe`. */
export function attachMeter(player: Metered): Meter {
  const read = clockReader();
  const stopping = new AbortController();
  const { signal } = stopping;
  const meter: Meter = {
    samples: [],
    navigation_ms: performance.timeOrigin,
    first_frame_ms: null,
    time_to_first_frame_ms: null,
    time_to_first_live_frame_ms: null,
    states: [{ t: Date.now(), state: player.state }],
    stats: null,
    errors: [],
    stop: () => {
      stopping.abort();
      player.onframe = null;
    },
  };
  player.onframe = (frame) => record(meter, player, frame, read(frame.source));
  player.addEventListener(
    'state',
    (event) => meter.states.push({ t: Date.now(), state: (event as CustomEvent).detail }),
    { signal },
  );
  player.addEventListener('stats', (event) => (meter.stats = (event as CustomEvent).detail), {
    signal,
  });
  globalThis.addEventListener('error', (event) => meter.errors.push(event.message), { signal });
  globalThis.addEventListener(
    'unhandledrejection',
    (event) => meter.errors.push(String(event.reason)),
    { signal },
  );
  return meter;
}

function record(meter: Meter, player: Metered, frame: PlayerFrame, clock: number): void {
  const t = frame.presentedMs;
  const latency = signedDifference(t, clock);
  const sincePage = t - meter.navigation_ms;
  meter.first_frame_ms ??= t;
  meter.time_to_first_frame_ms ??= sincePage;
  if (latency < 1000) meter.time_to_first_live_frame_ms ??= sincePage;
  meter.samples.push({
    t,
    clock_ms: clock,
    latency_ms: latency,
    reported_ms: frame.latencyMs,
    rate: player.video?.playbackRate ?? 1,
    width: frame.width,
  });
  if (meter.samples.length > SAMPLES_MOST) meter.samples.splice(0, SAMPLES_MOST / 2);
}

/** `t` minus `clock`, which is known modulo 2^32. */
function signedDifference(t: number, clock: number): number {
  const difference = (((t - clock) % MODULUS) + MODULUS) % MODULUS;
  return difference < MODULUS / 2 ? difference : difference - MODULUS;
}

function clockReader(): (source: CanvasImageSource) => number {
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH;
  canvas.height = BLOCK;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('This browser gives no 2D canvas to read pictures with.');
  return (source) => {
    context.drawImage(source, 0, 0, WIDTH, BLOCK, 0, 0, WIDTH, BLOCK);
    const { data } = context.getImageData(0, 0, WIDTH, BLOCK);
    let clock = 0;
    for (let bit = 0; bit < BITS; bit += 1) {
      const middle = ((BLOCK / 2) * WIDTH + bit * BLOCK + BLOCK / 2) * 4;
      clock = clock * 2 + ((data[middle] ?? 0) > LIGHT ? 1 : 0);
    }
    return clock;
  };
}
