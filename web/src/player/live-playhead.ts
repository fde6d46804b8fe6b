import { LiveEdgeController, type EdgeOptions, type Range } from '../edge/controller';
import type { RendererFigures } from './renderer';
import { play, rangesOf } from './video-element';

/** A stall this close to the end of the buffer, in seconds, is one of having run dry. */
const DRY = 0.1;

/** The playhead of a video element, held behind the live edge by the controller. */
export class LivePlayhead {
  #controller: LiveEdgeController;

  constructor(
    private readonly video: HTMLVideoElement,
    options: EdgeOptions,
    /** Where the newest range really ends: what a false duration adds cannot be played. */
    private readonly trueEnd: (newest: Range) => number,
  ) {
    this.#controller = new LiveEdgeController(options);
    video.addEventListener('waiting', () => this.#waiting());
  }

  /** What is buffered, up to where it can be played. */
  get ranges(): Range[] {
    const ranges = rangesOf(this.video.buffered);
    const newest = ranges.at(-1);
    if (newest) newest.end = Math.max(newest.start, this.trueEnd(newest));
    return ranges;
  }

  /** Media comes in another way from now on. */
  begin(options: EdgeOptions): void {
    this.#controller = new LiveEdgeController(options);
  }

  /** The timeline is another one. */
  reset(): void {
    this.#controller.reset();
  }

  /** After a pause, or after having been hidden or moved: go on with the newest picture. */
  resume(): void {
    this.#controller.jump();
    play(this.video);
  }

  /** Media was appended; false if there is none even so. It is steered unless it is `held`. */
  appended(held = false): boolean {
    const newest = this.ranges.at(-1);
    if (!newest) return false;
    this.#controller.grew(performance.now() / 1000, newest);
    play(this.video);
    if (!held) this.#steer();
    return true;
  }

  figures(): RendererFigures {
    const { currentTime, playbackRate } = this.video;
    const end = this.ranges.at(-1)?.end ?? currentTime;
    return {
      targetMs: this.#controller.targetAhead(performance.now() / 1000) * 1000,
      bufferedMs: (end - currentTime) * 1000,
      rate: playbackRate,
      dropped: this.video.getVideoPlaybackQuality().droppedVideoFrames,
    };
  }

  #steer(): void {
    const { video } = this;
    const { rate, seekTo } = this.#controller.decide(performance.now() / 1000, {
      position: video.currentTime,
      ranges: this.ranges,
      seeking: video.seeking,
    });
    if (seekTo !== null) video.currentTime = seekTo;
    if (video.playbackRate !== rate) video.playbackRate = rate;
  }

  #waiting(): void {
    const end = this.ranges.at(-1)?.end;
    const ranDry = end !== undefined && Math.abs(end - this.video.currentTime) < DRY;
    if (ranDry && !this.video.seeking) this.#controller.stalled(performance.now() / 1000);
  }
}
