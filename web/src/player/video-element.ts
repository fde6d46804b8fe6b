import { unixNow } from '../live/clock-offset';
import type { Presented } from './frame-sink';

/** A video element that plays by itself: browsers allow that to muted ones. */
export function createVideo(): HTMLVideoElement {
  const video = document.createElement('video');
  video.muted = true;
  video.autoplay = true;
  video.playsInline = true;
  return video;
}

/** Play, also after the element was moved or the page was hidden; refusals show as no picture. */
export function play(video: HTMLVideoElement): void {
  if (video.paused) video.play().catch(() => {});
}

/** Tell of each picture that the element presents; returns how to stop. */
export function watchPictures(video: HTMLVideoElement, presented: Presented): () => void {
  const tell = (mediaTime: number, width: number, height: number) =>
    presented({ source: video, width, height, mediaTime, presentedMs: unixNow() });
  if (!('requestVideoFrameCallback' in video)) return watchProgress(video, tell);
  let handle = video.requestVideoFrameCallback(function next(_now, picture) {
    tell(picture.mediaTime, picture.width, picture.height);
    handle = video.requestVideoFrameCallback(next);
  });
  return () => video.cancelVideoFrameCallback(handle);
}

/** Where the browser does not tell of pictures, progress of the playhead stands for them. */
function watchProgress(
  video: HTMLVideoElement,
  tell: (mediaTime: number, width: number, height: number) => void,
): () => void {
  const update = () => tell(video.currentTime, video.videoWidth, video.videoHeight);
  video.addEventListener('timeupdate', update);
  return () => video.removeEventListener('timeupdate', update);
}

export function rangesOf(buffered: TimeRanges): { start: number; end: number }[] {
  return Array.from({ length: buffered.length }, (_, at) => ({
    start: buffered.start(at),
    end: buffered.end(at),
  }));
}
