import type { Picture } from './renderer';

/** Puts decoded pictures on the screen, each as soon as it can. */
export interface FrameSink {
  readonly surface: HTMLElement;
  readonly video: HTMLVideoElement | null;
  /** Pictures that were given to it and never shown. */
  readonly dropped: number;
  /** Show a picture, which belongs to the sink from now on. */
  show(frame: VideoFrame): void;
  /** Forget what has not been shown yet. */
  clear(): void;
  /** Go on after the element was moved or hidden. */
  resume(): void;
  close(): void;
}

/** Told of each picture that goes to the compositor. */
export type Presented = (picture: Omit<Picture, 'capture'>) => void;
