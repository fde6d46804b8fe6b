/** Hears when the beeps of a test camera leave for the loudspeakers of this machine. */
import type { Beep } from './beeps';
import type { LiveEdgePlayer } from './live-edge-player';

const OFFSET_EVERY_MS = 100;
/** Ten hours of beeps; an hour of readings of the clock. */
const SAMPLES_MOST = 36_000;

export type Audible = Pick<LiveEdgePlayer, 'tapSound' | 'muted'>;

export interface Ear {
  /** Unix time in milliseconds at which the page began to listen. */
  began_ms: number;
  /** When each beep is heard, by the clock of the audio device as the browser gives it. */
  readonly beeps_ms: number[];
  /** How often there was silence where there should be sound, and how long together. */
  readonly holes: number;
  readonly silent_ms: number;
  /** The browser's own estimate of what lies behind the last sample that it has handed over. */
  readonly output_latency_ms: number;
}

/** Unmute a player, and listen to it from now on. */
export async function attachEar(player: Audible): Promise<Ear> {
  player.muted = false;
  const tap = await player.tapSound();
  const context = tap.context as AudioContext;
  await context.audioWorklet.addModule('/static/beeps.js');
  const worklet = new AudioWorkletNode(context, 'beeps');
  // Its output is silence; without it nobody would ask it to work.
  tap.connect(worklet).connect(context.destination);
  const beeps: Beep[] = [];
  worklet.port.addEventListener('message', ({ data }: MessageEvent<Beep>) => {
    if (beeps.length < SAMPLES_MOST) beeps.push(data);
  });
  worklet.port.start();
  const offset = followOffset(context);
  const last = (): Beep | undefined => beeps.at(-1);
  const ms = (frames: number): number => (frames / context.sampleRate) * 1000;
  return {
    began_ms: performance.timeOrigin + performance.now(),
    get beeps_ms() {
      return beeps.map(({ frame }) => performance.timeOrigin + ms(frame) + offset());
    },
    get holes() {
      return last()?.holes ?? 0;
    },
    get silent_ms() {
      return ms(last()?.silentFrames ?? 0);
    },
    get output_latency_ms() {
      return context.outputLatency * 1000;
    },
  };
}

/**
 * How far `performance.now()` is ahead of the context's time at the moment at which that is heard,
 * in milliseconds: the median of all readings, for the device's clock is read in steps.
 */
function followOffset(context: AudioContext): () => number {
  const offsets: number[] = [];
  setInterval(() => {
    const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp();
    if (performanceTime > 0 && offsets.length < SAMPLES_MOST) {
      offsets.push(performanceTime - contextTime * 1000);
    }
  }, OFFSET_EVERY_MS);
  return () => {
    const ordered = offsets.toSorted((a, b) => a - b);
    return ordered[Math.floor(ordered.length / 2)] ?? NaN;
  };
}
