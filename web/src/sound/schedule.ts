import type { Output } from './context';
import { durationOf, type Pcm } from './pcm';
import { Resampler } from './resampler';
import type { SoundSteering, Step } from './steering';

/** What begins or goes on after a hole is faded in: a step would click. */
const FADE_S = 0.005;

/** Hands decoded sound to the audio thread, each piece for its moment. */
export class Schedule {
  #resampler = new Resampler();
  /** The frame of the context's time at which the next piece begins; null if nothing is before it. */
  #next: number | null = null;
  #sources = new Set<AudioBufferSourceNode>();

  constructor(
    private readonly output: Output,
    private readonly destination: AudioNode,
    private readonly steering: SoundSteering,
  ) {}

  /** How much later than its picture the newest sound is heard, in seconds; null if unknown. */
  get lateness(): number | null {
    if (this.#next === null) return null;
    const { sampleRate } = this.output.context;
    return this.steering.lateness(this.#next / sampleRate + this.output.offset());
  }

  add(pcm: Pcm): void {
    const { context } = this.output;
    const { sampleRate } = context;
    const offset = this.output.offset();
    const step = this.steering.place({
      now: performance.now() / 1000,
      start: pcm.start,
      duration: durationOf(pcm),
      earliest: this.output.earliest(offset),
      end: this.#next === null ? null : this.#next / sampleRate + offset,
    });
    const pace = this.#pace(step);
    if (pace === null) return;
    if (step.kind === 'begin') {
      this.#resampler.reset();
      this.#next = Math.ceil((step.at - offset) * sampleRate);
    }
    const channels = this.#resampler.push(pcm.channels, (pcm.sampleRate / sampleRate) * pace);
    if (step.kind === 'begin') fadeIn(channels, FADE_S * sampleRate);
    this.#play(channels);
  }

  /** Nothing more is heard of what has been handed over. */
  stop(): void {
    for (const source of this.#sources) source.disconnect();
    this.#sources.clear();
    this.#resampler.reset();
    this.#next = null;
  }

  #pace(step: Step): number | null {
    if (step.kind === 'drop') return null;
    return step.kind === 'follow' ? step.pace : 1;
  }

  #play(channels: Float32Array[]): void {
    const length = channels[0]?.length ?? 0;
    if (length === 0 || this.#next === null) return;
    const { context } = this.output;
    const buffer = context.createBuffer(channels.length, length, context.sampleRate);
    for (const [at, samples] of channels.entries()) {
      buffer.copyToChannel(samples as Float32Array<ArrayBuffer>, at);
    }
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.destination);
    source.addEventListener('ended', () => {
      source.disconnect();
      this.#sources.delete(source);
    });
    this.#sources.add(source);
    source.start(this.#next / context.sampleRate);
    this.#next += length;
  }
}

function fadeIn(channels: readonly Float32Array[], frames: number): void {
  for (const samples of channels) {
    const most = Math.min(samples.length, frames);
    for (let at = 0; at < most; at += 1) samples[at] = (samples[at] ?? 0) * (at / frames);
  }
}
