import type { Offer, Size } from '../edge/quality-choice';
import type { ClockOffset } from '../live/clock-offset';
import type { CameraState, Report } from '../live/protocol';

/** What is known about a stream apart from its pictures. */
export interface FeedFacts {
  /** The server answers. */
  connected: boolean;
  camera: CameraState | null;
  /** When the camera came into that state, in milliseconds of `performance.now()`. */
  cameraSince: number;
  cameraError: string | null;
  /** Why there will never be a picture, in a sentence. */
  failure: string | null;
  /** Pictures that the server left out because this page did not keep up. */
  skipped: number;
  /** The qualities that the stream has beside this one; null while unknown. */
  offers: readonly Offer[] | null;
  /** Of the picture; null while unknown. */
  size: Size | null;
}

/** Where a renderer's media and a stream's state come from. */
export interface Feed {
  readonly facts: Readonly<FeedFacts>;
  readonly clock: ClockOffset;
  report(report: Report): void;
  pause(): void;
  resume(): void;
  close(): void;
}

export function unknownFacts(): FeedFacts {
  return {
    connected: false,
    camera: null,
    cameraSince: 0,
    cameraError: null,
    failure: null,
    skipped: 0,
    offers: null,
    size: null,
  };
}
