import type { CameraState } from '../live/protocol';

export type PlayerState =
  | 'connecting'
  | 'live'
  /** The camera is said to be live, but no new picture comes. */
  | 'stalled'
  | 'offline'
  | 'stopped'
  /** Not watched: the page is hidden or the element out of sight. */
  | 'paused'
  /** It will not play: no such stream, or no way to play it in this browser. */
  | 'failed';

/** What is known about one stream at one moment. */
export interface Facts {
  /** Why it will never play, in a sentence. */
  failure: string | null;
  paused: boolean;
  /** New pictures reach the screen. */
  moves: boolean;
  /** Since the newest picture, in seconds; null before the first. */
  pictureAgeS: number | null;
  connected: boolean;
  camera: CameraState | null;
  /** How long the camera has been in that state, in seconds. */
  cameraForS: number;
  /** What went wrong with the camera, in a sentence. */
  cameraError: string | null;
}

export interface Description {
  state: PlayerState;
  /** For the person who looks; null while all is well. */
  message: string | null;
  detail: string | null;
}

/** What to call the state of a stream, and what to tell the person who looks at it. */
export function describe(facts: Facts): Description {
  if (facts.failure !== null) return say('failed', facts.failure);
  if (facts.paused) return say('paused', 'Paused');
  // The picture is the proof: whatever else is said, it is live while it moves.
  if (facts.moves) return say('live', null);
  if (!facts.connected) {
    return facts.pictureAgeS === null
      ? say('connecting', 'Connecting…')
      : say('stalled', 'Connection to the server lost, retrying');
  }
  if (facts.camera === 'offline') {
    const since = duration(facts.cameraForS);
    return say('offline', `Camera offline for ${since}, retrying`, facts.cameraError);
  }
  if (facts.camera === 'stopped') return say('stopped', 'This camera is switched off');
  if (facts.camera === 'connecting') {
    return say('connecting', 'Connecting to the camera…', facts.cameraError);
  }
  if (facts.pictureAgeS === null) return say('connecting', 'Connecting…');
  return say('stalled', `No new picture for ${duration(facts.pictureAgeS)}`);
}

function say(state: PlayerState, message: string | null, detail: string | null = null): Description {
  return { state, message, detail };
}

/** `12 s`, `3 min`, `5 h`, `2 d`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(0, Math.floor(seconds))} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}
