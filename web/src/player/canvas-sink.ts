import { unixNow } from '../live/clock-offset';
import type { FrameSink, Presented } from './frame-sink';
import { PresentationQueue } from './presentation-queue';

/** Draws each picture at the next animation frame. */
export class CanvasSink implements FrameSink {
  readonly surface = document.createElement('canvas');
  readonly video = null;
  #context = this.surface.getContext('2d', { alpha: false, desynchronized: true });
  #queue = new PresentationQueue<VideoFrame>();
  #animation = 0;

  constructor(private readonly presented: Presented) {}

  get dropped(): number {
    return this.#queue.dropped;
  }

  show(frame: VideoFrame): void {
    this.#queue.push(frame);
    this.#animation ||= requestAnimationFrame(this.#draw);
  }

  clear(): void {
    this.#queue.clear();
  }

  resume(): void {
    // A canvas needs nothing to go on.
  }

  close(): void {
    cancelAnimationFrame(this.#animation);
    this.#queue.clear();
  }

  readonly #draw = (): void => {
    const frame = this.#queue.take();
    this.#animation = frame ? requestAnimationFrame(this.#draw) : 0;
    if (!frame) return;
    const { displayWidth: width, displayHeight: height } = frame;
    if (this.surface.width !== width || this.surface.height !== height) {
      this.surface.width = width;
      this.surface.height = height;
    }
    this.#context?.drawImage(frame, 0, 0, width, height);
    const mediaTime = frame.timestamp / 1e6;
    this.presented({ source: frame, width, height, mediaTime, presentedMs: unixNow() });
    frame.close();
  };
}
