import type { MediaHeader, StreamMessage } from '../live/protocol';
import type { Capture } from './capture-table';
import type { Transport } from './transport';

/** One picture at the moment it goes to the screen. */
export interface Picture {
  /** Valid only during the call. */
  source: HTMLVideoElement | VideoFrame;
  width: number;
  height: number;
  /** Presentation time in seconds. */
  mediaTime: number;
  /** Unix time in milliseconds on this page's clock at which the page gave it to the compositor. */
  presentedMs: number;
  capture: Capture | null;
}

export interface RendererHost {
  presented(picture: Picture): void;
  /**
   * The renderer is of no use any more. `unsupported` means that a second try is of none either,
   * as long as the camera sends what it does; the message is a sentence for people then.
   */
  failed(reason: 'unsupported' | 'broken', message: string): void;
}

/** Figures that only the renderer knows. */
export interface RendererFigures {
  /** Media that should lie ahead of the playhead. */
  targetMs: number;
  bufferedMs: number;
  rate: number;
  /** Pictures that came and were not shown. */
  dropped: number;
}

/** Puts the pictures of one stream on one element. */
export interface Renderer {
  readonly transport: Transport;
  readonly surface: HTMLElement;
  /** Null while a canvas renders. */
  readonly video: HTMLVideoElement | null;
  /** The sound is in the video element, too. */
  readonly sounds?: boolean;
  figures(): RendererFigures;
  /** Nobody looks, and no media comes; the last picture stays. */
  pause(): void;
  /** After a pause, or after having been hidden or moved: go on with the newest picture. */
  resume(): void;
  close(): void;
}

/** A renderer that is fed from the live socket. */
export interface LiveRenderer extends Renderer {
  configure(message: StreamMessage): void;
  init(payload: Uint8Array): void;
  chunk(header: MediaHeader, payload: Uint8Array): void;
}
