/**
 * hls.js with the settings of the original description of this project, as an element that the
 * meter can measure beside `<live-edge-player>`.
 *
 * `<baseline-player source="output.m3u8" settings="now">`; the settings are `now`, `before` (the
 * column "Previous" of the description's comparison) and `written`, which is `now` with the
 * time-outs as they are written there. It shares no code with the player, so that the player stays
 * one file.
 */
import HlsJs, { Events, type HlsConfig } from 'hls.js';
import type { Metered } from './meter';
import type { PlayerFrame } from './player/player-frame';

/** "Checks every 500ms", "if more than 1 second behind". */
const CHECK_MS = 500;
const BEHIND_S = 1;

const WRITTEN: Partial<HlsConfig> = {
  lowLatencyMode: true,
  maxBufferLength: 2,
  backBufferLength: 0.5,
  maxBufferSize: 3_000_000,
  liveSyncDurationCount: 1,
  liveMaxLatencyDurationCount: 2,
  fragLoadingTimeOut: 1,
  manifestLoadingTimeOut: 1,
  fragLoadingRetryDelay: 500,
  manifestLoadingRetryDelay: 500,
  startPosition: -1,
  maxLiveSyncPlaybackRate: 1.5,
};

/** hls.js takes time-outs in milliseconds. */
const NOW: Partial<HlsConfig> = {
  ...WRITTEN,
  fragLoadingTimeOut: 1000,
  manifestLoadingTimeOut: 1000,
};

const BEFORE: Partial<HlsConfig> = {
  lowLatencyMode: true,
  maxBufferLength: 10,
  liveSyncDurationCount: 3,
  liveMaxLatencyDurationCount: 5,
  fragLoadingTimeOut: 4000,
  manifestLoadingTimeOut: 2000,
  startPosition: -1,
};

const SETTINGS: Record<string, { config: Partial<HlsConfig>; jumps: boolean }> = {
  written: { config: WRITTEN, jumps: true },
  now: { config: NOW, jumps: true },
  before: { config: BEFORE, jumps: false },
};

class BaselinePlayer extends HTMLElement implements Metered {
  readonly video = document.createElement('video');
  readonly state = 'live';
  onframe: ((frame: PlayerFrame) => void) | null = null;
  /** Why nothing will ever be shown. */
  failure: string | null = null;
  #stalls = 0;
  #jumps = 0;

  get stats() {
    return {
      target_ms: null,
      stalls: this.#stalls,
      dropped: this.video.getVideoPlaybackQuality().droppedVideoFrames,
      jumps: this.#jumps,
    };
  }

  connectedCallback(): void {
    const { config, jumps } = SETTINGS[this.getAttribute('settings') ?? 'now'] ?? { jumps: true };
    const { video } = this;
    this.append(video);
    video.muted = true;
    video.requestVideoFrameCallback(this.#presented);
    video.addEventListener('waiting', () => (this.#stalls += 1));
    const hls = new HlsJs(config);
    hls.on(Events.ERROR, (_event, { fatal, details }) => {
      if (fatal) this.failure = details;
    });
    hls.loadSource(new URL(this.getAttribute('source') ?? '', location.href).href);
    hls.attachMedia(video);
    hls.on(Events.MANIFEST_PARSED, () => void video.play().catch(() => {}));
    if (jumps) setInterval(() => this.#jump(), CHECK_MS);
  }

  /** The description's loop, word for word but for names. */
  #jump(): void {
    const { video } = this;
    if (video.seekable.length === 0) return;
    const liveEdge = video.seekable.end(video.seekable.length - 1);
    if (liveEdge - video.currentTime <= BEHIND_S) return;
    this.#jumps += 1;
    video.currentTime = liveEdge;
  }

  #presented = (_now: number, { width, height, mediaTime }: VideoFrameCallbackMetadata): void => {
    const presentedMs = performance.timeOrigin + performance.now();
    const { video: source } = this;
    this.onframe?.({ source, width, height, mediaTime, presentedMs, captureMs: null, latencyMs: null });
    source.requestVideoFrameCallback(this.#presented);
  };
}

customElements.define('baseline-player', BaselinePlayer);
