import type Hls from 'hls.js';
import type { ErrorData, HlsConfig, LevelDetails } from 'hls.js';
import type { Capture } from './capture-table';
import { correctingLoader } from './correcting-loader';
import { LivePlayhead } from './live-playhead';
import type { Renderer, RendererFigures, RendererHost } from './renderer';
import { segmentsLoader } from './segments-loader';
import { createVideo, watchPictures } from './video-element';

/** hls.js seeks by itself only when it is so far behind that nothing newer is buffered. */
const HLS_JUMP_S = 8;
/** Left of the buffer when the next part comes, beyond the measured jitter. */
const MARGIN_S = 0.03;
const MEDIA_RECOVERIES_MOST = 2;
/** No level that this browser plays; a codec that its buffers do not take. */
const CODEC_ERRORS = new Set(['manifestIncompatibleCodecsError', 'bufferAddCodecError']);

const SHARED: Partial<HlsConfig> = {
  // Playlist requests wait on the server for what comes next, parts or segments.
  lowLatencyMode: true,
  // Playback rate and jumps are the controller's: at 1 hls.js never touches the rate.
  maxLiveSyncPlaybackRate: 1,
  // Each stall would otherwise add a second of delay until the next manifest.
  liveSyncOnStallIncrease: 0,
  liveDurationInfinity: true,
  backBufferLength: 6,
  maxBufferLength: 20,
  // The first media is fetched while the media source still opens.
  startFragPrefetch: true,
  // There is one level, and its bandwidth needs no test.
  testBandwidth: false,
  // Parts are passed through, not remuxed; a worker only adds two hops to each.
  enableWorker: false,
  fragLoadPolicy: {
    default: {
      maxTimeToFirstByteMs: 4000,
      maxLoadTimeMs: 10_000,
      timeoutRetry: { maxNumRetry: 4, retryDelayMs: 0, maxRetryDelayMs: 0 },
      errorRetry: { maxNumRetry: 10, retryDelayMs: 100, maxRetryDelayMs: 1000, backoff: 'linear' },
    },
  },
  playlistLoadPolicy: {
    default: {
      maxTimeToFirstByteMs: 10_000,
      maxLoadTimeMs: 20_000,
      timeoutRetry: { maxNumRetry: 10, retryDelayMs: 0, maxRetryDelayMs: 0 },
      errorRetry: { maxNumRetry: 20, retryDelayMs: 250, maxRetryDelayMs: 2000, backoff: 'linear' },
    },
  },
};

const PARTS: Partial<HlsConfig> = {
  ...SHARED,
  liveSyncDuration: 0.2,
  liveMaxLatencyDuration: HLS_JUMP_S,
};

const SEGMENTS: Partial<HlsConfig> = {
  ...SHARED,
  liveSyncDurationCount: 1,
};

/** The library, all of it or as much as pictures need. */
export type Library = typeof import('./hls-light');

/** Plays a playlist through hls.js, in parts or in whole segments, steered behind the edge. */
export class HlsRenderer implements Renderer {
  readonly video = createVideo();
  readonly surface = this.video;
  readonly sounds: boolean;
  #hls: Hls;
  #unwatch: () => void;
  /** What only a false duration adds to the end of the buffer, in seconds. */
  #excess = 0;
  #playhead = new LivePlayhead(this.video, { margin: MARGIN_S, lump: 1 }, ({ end }) => end - this.#excess);
  /** hls.js has taken the first position; until then a seek would only be one more. */
  #started = false;
  /** Media sequence number of the newest segment in the playlist. */
  #endSN: number | null = null;
  #recoveries = 0;
  #paused = false;
  #closed = false;

  constructor(
    private readonly host: RendererHost,
    readonly transport: 'llhls' | 'hls',
    url: string,
    private readonly library: Library,
  ) {
    const { Hls, Events } = library;
    this.sounds = library.sounds;
    const parts = transport === 'llhls';
    const Base = Hls.DefaultConfig.loader;
    const fLoader = correctingLoader(Base, (seconds) => (this.#excess = seconds));
    this.#hls = new Hls({
      ...(parts ? PARTS : { ...SEGMENTS, pLoader: segmentsLoader(Base) }),
      fLoader,
    });
    this.#hls.once(Events.LEVEL_LOADED, (_event, { details }) => {
      const lump = parts && details.partTarget ? details.partTarget : details.targetduration;
      this.#playhead.begin({ margin: MARGIN_S, lump });
    });
    this.#hls.on(Events.LEVEL_LOADED, (_event, { details }) => this.#loaded(details));
    this.#hls.on(Events.ERROR, (_event, data) => this.#failed(data));
    this.#hls.on(Events.BUFFER_APPENDED, () => this.#playhead.appended(!this.#started));
    this.video.addEventListener('playing', () => (this.#started = true));
    this.#unwatch = watchPictures(this.video, (picture) =>
      host.presented({ ...picture, capture: this.#captureOf(picture.mediaTime) }),
    );
    // Not at once: a source without media keeps the page's load event waiting.
    this.#hls.once(Events.MANIFEST_PARSED, () => this.#hls.attachMedia(this.video));
    this.#hls.loadSource(url);
  }

  figures(): RendererFigures {
    return this.#playhead.figures();
  }

  pause(): void {
    this.#paused = true;
    this.#hls.stopLoad();
    this.video.pause();
  }

  resume(): void {
    if (this.#paused) this.#hls.startLoad();
    this.#paused = false;
    this.#playhead.resume();
  }

  close(): void {
    this.#closed = true;
    this.#unwatch();
    this.#hls.destroy();
  }

  /**
   * A playlist that has nothing in common with the one before cannot be aligned with it: hls.js
   * would place its media by the time stamps of another process.
   */
  #loaded({ startSN, endSN }: LevelDetails): void {
    if (this.#endSN !== null && (startSN > this.#endSN + 1 || endSN < this.#endSN)) {
      if (!this.#closed) this.host.failed('broken', 'The playlist began anew.');
    }
    this.#endSN = endSN;
  }

  /** EXT-X-PROGRAM-DATE-TIME is the capture time of a segment's first picture. */
  #captureOf(mediaTime: number): Capture | null {
    const fragments = this.#hls.latestLevelDetails?.fragments ?? [];
    const fragment = fragments.findLast(({ start }) => start <= mediaTime + 0.001);
    if (!fragment?.programDateTime) return null;
    const captureMs = fragment.programDateTime + (mediaTime - fragment.start) * 1000;
    return { captureMs, arrivedMs: captureMs, clock: 'playlist', stream: null };
  }

  #failed(data: ErrorData): void {
    if (!data.fatal || this.#closed) return;
    const { ErrorTypes } = this.library;
    const codecs = CODEC_ERRORS.has(data.details) || data.type === ErrorTypes.KEY_SYSTEM_ERROR;
    if (!codecs && data.type === ErrorTypes.MEDIA_ERROR && this.#recoveries < MEDIA_RECOVERIES_MOST) {
      this.#recoveries += 1;
      this.#hls.recoverMediaError();
      return;
    }
    if (codecs) this.host.failed('unsupported', 'This browser does not play what the camera sends.');
    else this.host.failed('broken', `${data.details}: ${data.error.message}`);
  }
}
