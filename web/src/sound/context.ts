import { SampleWindow } from '../edge/sample-window';

/** A browser that does not let a page sound leaves the context suspended and says nothing. */
const START_DEADLINE_MS = 1500;
/** The clock of the device is read in steps; their median is steady. */
const OFFSETS = 64;
/** From a call in this thread to the next block in that of the sound. */
const LEAD_S = 0.006;

/** The one AudioContext of a page: browsers limit their number, and each costs a thread. */
let shared: Output | null = null;

/** The loudspeakers, and their clock. */
export class Output {
  readonly context = new AudioContext({ latencyHint: 'interactive' });
  #users = 0;
  #offsets = new SampleWindow(OFFSETS);
  /** From now to when what is rendered next is heard. */
  #delays = new SampleWindow(OFFSETS);

  static get shared(): Output {
    shared ??= new Output();
    return shared;
  }

  /**
   * Begin to use it, in the very call that a person's click led to; gives whether it sounds.
   *
   * Each `start` needs a `stop`, also one that was refused.
   */
  async start(): Promise<boolean> {
    this.#users += 1;
    const { context } = this;
    const started = context.resume().then(
      () => true,
      () => false,
    );
    const refused = new Promise<boolean>((resolve) => {
      setTimeout(() => resolve(context.state === 'running'), START_DEADLINE_MS);
    });
    return Promise.race([started, refused]);
  }

  stop(): void {
    this.#users -= 1;
    if (this.#users === 0) void this.context.suspend();
  }

  /** Go on where the system has interrupted it, as a telephone call does. */
  wake(): void {
    if (this.#users > 0 && this.context.state !== 'running') void this.context.resume().catch(() => {});
  }

  /**
   * The first moment at which something can be heard that is handed over now, in seconds of
   * `performance.now()`; `offset` is what `offset()` says.
   *
   * The audio thread renders some blocks at once and then rests. `currentTime` is the next of them;
   * only towards the end of the rest, when the delay is at its least, might it be too late for that.
   */
  earliest(offset: number): number {
    const now = performance.now() / 1000;
    const delay = this.context.currentTime + offset - now;
    this.#delays.add(now, delay);
    const least = this.#delays.percentile(0) ?? delay;
    return now + Math.max(delay, least + LEAD_S);
  }

  /**
   * When a moment of the context's time is heard, minus that time: in seconds, of
   * `performance.now()`.
   */
  offset(): number {
    const { context } = this;
    const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp();
    const now = performance.now();
    const heard =
      performanceTime > 0
        ? performanceTime / 1000 - contextTime
        : now / 1000 - context.currentTime + (context.outputLatency || context.baseLatency);
    this.#offsets.add(now, heard);
    // A suspended context loses time.
    if (Math.abs(heard - (this.#offsets.percentile(0.5) ?? heard)) > 0.1) {
      this.#offsets.clear();
      this.#delays.clear();
      this.#offsets.add(now, heard);
    }
    return this.#offsets.percentile(0.5) ?? heard;
  }
}
