/** Safari on iPhone has only the managed one; it works where remote playback is off. */
declare global {
  var ManagedMediaSource: typeof MediaSource | undefined;
}

/** The class that this browser has; the pages that need it ask for it first. */
export function mediaSourceClass(): typeof MediaSource {
  const found = globalThis.MediaSource ?? globalThis.ManagedMediaSource;
  if (!found) throw new Error('This browser has no Media Source Extensions.');
  return found;
}

/** A MediaSource that feeds `video`, and how to let go of it. */
export function createMediaSource(video: HTMLVideoElement): {
  source: MediaSource;
  release: () => void;
} {
  if (!('MediaSource' in globalThis)) video.disableRemotePlayback = true;
  const source = new (mediaSourceClass())();
  const url = URL.createObjectURL(source);
  video.src = url;
  return {
    source,
    release: () => {
      URL.revokeObjectURL(url);
      video.removeAttribute('src');
      video.load();
    },
  };
}
