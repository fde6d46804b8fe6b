import type { Picture } from './renderer';

/** One presented picture, as `onframe` gets it. */
export interface PlayerFrame {
  /** To draw from; valid only during the call. */
  source: CanvasImageSource;
  width: number;
  height: number;
  /** Presentation time in seconds. */
  mediaTime: number;
  /** Unix time in milliseconds, on the server's clock; null if it is not known. */
  captureMs: number | null;
  /** Unix time in milliseconds, on this page's clock. */
  presentedMs: number;
  /** From capture to screen, clocks compared; null until both times are known. */
  latencyMs: number | null;
}

/** `offsetMs` is the server's clock minus this page's. */
export function frameOf(picture: Picture, offsetMs: number | null): PlayerFrame {
  const { source, width, height, mediaTime, presentedMs, capture } = picture;
  const captureMs = capture?.captureMs ?? null;
  const known = captureMs !== null && offsetMs !== null;
  const latencyMs = known ? presentedMs + offsetMs - captureMs : null;
  return { source, width, height, mediaTime, captureMs, presentedMs, latencyMs };
}
