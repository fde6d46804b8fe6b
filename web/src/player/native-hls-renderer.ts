import type { Capture } from './capture-table';
import type { Renderer, RendererFigures, RendererHost } from './renderer';
import { createVideo, play, rangesOf, watchPictures } from './video-element';

/** Safari's addition: the date at media time 0, from EXT-X-PROGRAM-DATE-TIME. */
interface DatedVideo extends HTMLVideoElement {
  getStartDate?: () => Date;
}

/** Further than this behind the end of what can be sought is not live any more. */
const FAR_BEHIND_S = 8;
const CHECK_MS = 2000;

/** The video element plays the playlist by itself: iPhones before iOS 17.1. */
export class NativeHlsRenderer implements Renderer {
  readonly video: DatedVideo = createVideo();
  readonly surface = this.video;
  readonly sounds = true;
  #unwatch: () => void;
  #check: ReturnType<typeof setInterval>;
  #closed = false;

  constructor(
    host: RendererHost,
    readonly transport: 'llhls' | 'hls',
    url: string,
  ) {
    this.video.addEventListener('error', () => {
      if (!this.#closed) host.failed('broken', this.video.error?.message ?? 'Playback failed.');
    });
    this.#unwatch = watchPictures(this.video, (picture) =>
      host.presented({ ...picture, capture: this.#captureOf(picture.mediaTime) }),
    );
    this.#check = setInterval(() => this.#stayLive(), CHECK_MS);
    this.video.src = url;
    play(this.video);
  }

  figures(): RendererFigures {
    const end = rangesOf(this.video.buffered).at(-1)?.end ?? this.video.currentTime;
    return {
      targetMs: 0,
      bufferedMs: (end - this.video.currentTime) * 1000,
      rate: this.video.playbackRate,
      dropped: this.video.getVideoPlaybackQuality?.().droppedVideoFrames ?? 0,
    };
  }

  pause(): void {
    this.video.pause();
  }

  resume(): void {
    play(this.video);
    this.#stayLive();
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#check);
    this.#unwatch();
    this.video.removeAttribute('src');
    this.video.load();
  }

  /** AVPlayer keeps its hold-back by itself, but stays behind after a pause. */
  #stayLive(): void {
    const end = rangesOf(this.video.seekable).at(-1)?.end;
    if (end !== undefined && end - this.video.currentTime > FAR_BEHIND_S) {
      this.video.currentTime = Math.max(0, end - 1);
    }
  }

  #captureOf(mediaTime: number): Capture | null {
    const start = this.video.getStartDate?.().getTime() ?? Number.NaN;
    if (Number.isNaN(start)) return null;
    const captureMs = start + mediaTime * 1000;
    return { captureMs, arrivedMs: captureMs, clock: 'playlist', stream: null };
  }
}
