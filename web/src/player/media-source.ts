/** Safari on iPhone has only the managed one; it works where remote playback is off. */
declare global {
  var ManagedMediaSource: typeof MediaSource | undefined;
}

/** A MediaSource that feeds `video`, and how to let go of it. */
export function createMediaSource(video: HTMLVideoElement): {
  source: MediaSource;
  release: () => void;
} {
  const Managed = globalThis.ManagedMediaSource;
  const managed = !('MediaSource' in globalThis) && Managed !== undefined;
  if (managed) video.disableRemotePlayback = true;
  const source = managed ? new Managed() : new MediaSource();
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
