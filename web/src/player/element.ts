import type { Size } from '../edge/quality-choice';
import { unixNow } from '../live/clock-offset';
import { PlayerSound } from '../sound/player-sound';
import { Overlay } from './overlay';
import { PictureFigures } from './picture-figures';
import { Playback } from './playback';
import { frameOf, type PlayerFrame } from './player-frame';
import type { Picture } from './renderer';
import { qualityOf, qualitySetting } from './quality';
import { QualityPilot } from './quality-pilot';
import { serverOf } from './server';
import { describe, type PlayerState } from './state';
import type { ClockSource, PlayerStats } from './stats';
import { transportChoice } from './transport';
import { watchVisibility } from './visibility';

const STATS_EVERY_MS = 1000;
/** How often the quality is thought about. */
const STEER_EVERY_MS = 100;
/** In ticks of the figures. */
const REPORT_EVERY = 5;

/** `<live-edge-player stream="door" transport="auto">`: one camera, as late as it must be. */
export class LiveEdgePlayer extends HTMLElement {
  static readonly observedAttributes = [
    'stream',
    'quality',
    'transport',
    'server',
    'badge',
    'muted',
    'volume',
  ];

  /** Called for each presented picture, before anything else happens to it. */
  onframe: ((frame: PlayerFrame) => void) | null = null;

  #overlay: Overlay;
  #internals: ElementInternals;
  #playback: Playback | null = null;
  #pilot: QualityPilot | null = null;
  #figures = new PictureFigures();
  #sound = new PlayerSound({
    changed: () => {
      if (this.#sound.fromPlaylist) this.#playback?.hear();
      this.dispatchEvent(new Event('volumechange'));
    },
    cutOff: () => this.#playback?.hear(),
    refused: (message) => this.#overlay.say(message),
  });
  #picture: { width: number; height: number; clock: ClockSource | null } | null = null;
  #state: PlayerState = 'connecting';
  #timers: ReturnType<typeof setInterval>[] = [];
  #ticks = 0;
  #stopWatching: (() => void) | null = null;
  #restarting = false;

  constructor() {
    super();
    this.#internals = this.attachInternals();
    this.#overlay = new Overlay(this.attachShadow({ mode: 'open' }));
  }

  /** The video element; null while a canvas renders. */
  get video(): HTMLVideoElement | null {
    return this.#playback?.renderer?.video ?? null;
  }

  get state(): PlayerState {
    return this.#state;
  }

  /** Whether it is silent, which it is until somebody wants otherwise. */
  get muted(): boolean {
    return this.#sound.muted;
  }

  set muted(muted: boolean) {
    this.#sound.muted = muted;
  }

  /** From 0 to 1. */
  get volume(): number {
    return this.#sound.volume;
  }

  set volume(volume: number) {
    this.#sound.volume = volume;
  }

  /** A node that carries what is heard; it is heard `context.outputLatency` later. */
  async tapSound(): Promise<AudioNode> {
    return this.#sound.tap();
  }

  get stats(): PlayerStats {
    const now = performance.now();
    const renderer = this.#playback?.renderer ?? null;
    const figures = renderer?.figures();
    const stream = this.#playback?.line?.route.stream ?? null;
    return {
      transport: renderer?.transport ?? null,
      state: this.#state,
      quality: stream === null ? null : qualityOf(stream),
      latency_p50_ms: this.#figures.latency(now, 0.5),
      latency_p95_ms: this.#figures.latency(now, 0.95),
      latency_ms: this.#figures.latencyMs,
      clock_uncertainty_ms: this.#playback?.uncertaintyMs(unixNow()) ?? null,
      clock_source: this.#picture?.clock ?? null,
      target_ms: figures?.targetMs ?? 0,
      buffered_ms: figures?.bufferedMs ?? 0,
      rate: figures?.rate ?? 1,
      fps: this.#figures.fps(now),
      dropped: (figures?.dropped ?? 0) + (this.#playback?.facts.skipped ?? 0),
      stalls: this.#figures.stalls,
      lip_sync_ms: this.#sound.latenessMs,
      width: this.#picture?.width ?? 0,
      height: this.#picture?.height ?? 0,
    };
  }

  connectedCallback(): void {
    if (this.#playback) {
      // Moved within the page, which pauses a video element.
      this.#playback.resume();
      return;
    }
    this.#start();
  }

  disconnectedCallback(): void {
    // A move is a removal and an insertion in the same task.
    queueMicrotask(() => {
      if (!this.isConnected) this.#stop();
    });
  }

  attributeChangedCallback(name: string): void {
    if (name === 'badge') this.#show();
    else if (name === 'muted') this.muted = this.getAttribute('muted') !== 'off';
    else if (name === 'volume') this.volume = volumeOf(this.getAttribute('volume'));
    else if (name === 'quality') this.#choose();
    else if (this.#playback && !this.#restarting) {
      this.#restarting = true;
      queueMicrotask(() => {
        this.#restarting = false;
        if (!this.isConnected) return;
        this.#stop();
        this.#start();
      });
    }
  }

  #start(): void {
    const id = this.getAttribute('stream');
    if (!id) return;
    this.#figures = new PictureFigures();
    this.#picture = null;
    const server = serverOf(this.getAttribute('server'));
    this.#sound.start(server, id);
    const pilot = new QualityPilot({
      server,
      id,
      setting: qualitySetting(this.getAttribute('quality')),
      tile: () => this.#tile(),
    });
    this.#pilot = pilot;
    this.#playback = new Playback({
      server,
      stream: pilot.begin(performance.now()),
      transport: transportChoice(this.getAttribute('transport')),
      stage: this.#overlay.stage,
      sounds: () => this.#sound.fromPlaylist,
      presented: (picture) => this.#presented(picture),
      refused: (refusal) => {
        pilot.refused(performance.now(), refusal);
        if (pilot.setting !== 'auto' && refusal.why !== null) this.#overlay.say(refusal.why);
      },
      instead: (stream, facts) => pilot.instead(performance.now(), stream, facts),
    });
    this.#timers = [
      setInterval(() => this.#tick(), STATS_EVERY_MS),
      setInterval(() => this.#steer(), STEER_EVERY_MS),
    ];
    this.#stopWatching = watchVisibility(this, {
      unwatched: () => this.#pause(),
      watched: () => this.#resume(),
    });
    this.#show();
  }

  #stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#stopWatching?.();
    this.#sound.stop();
    this.#playback?.close();
    this.#timers = [];
    this.#stopWatching = this.#playback = this.#pilot = null;
  }

  #choose(): void {
    if (this.#pilot) this.#pilot.setting = qualitySetting(this.getAttribute('quality'));
    this.#steer();
  }

  #steer(): void {
    if (this.#playback) this.#pilot?.steer(performance.now(), this.#playback);
  }

  /** In device pixels. */
  #tile(): Size {
    const ratio = globalThis.devicePixelRatio;
    return { width: this.clientWidth * ratio, height: this.clientHeight * ratio };
  }

  #pause(): void {
    this.#playback?.pause();
    this.#sound.pause();
  }

  #resume(): void {
    this.#figures.pause();
    this.#sound.resume();
    this.#playback?.resume();
  }

  #presented(picture: Picture): void {
    const frame = frameOf(picture, this.#playback?.offsetMs ?? null);
    this.onframe?.(frame);
    const now = performance.now();
    this.#figures.presented(now, frame.latencyMs);
    this.#sound.picture(now, picture, this.#playback?.renderer ?? null);
    this.#picture = { width: picture.width, height: picture.height, clock: picture.capture?.clock ?? null };
    if (this.#state !== 'live') this.#show();
  }

  #tick(): void {
    this.#ticks += 1;
    if (this.#playback?.paused) this.#figures.pause();
    const now = performance.now();
    this.#playback?.watch(now, this.#figures.moves(now));
    this.#show();
    const stats = this.stats;
    if (this.#ticks % REPORT_EVERY === 0) this.#report(stats);
    this.dispatchEvent(new CustomEvent<PlayerStats>('stats', { detail: stats }));
  }

  /** Tells the server what is seen here, once there is something to tell. */
  #report(stats: PlayerStats): void {
    const { transport, state, latency_p50_ms: p50, latency_p95_ms: p95 } = stats;
    if (!transport || state !== 'live' || p50 === null || p95 === null) return;
    this.#playback?.report({
      transport,
      latency_p50_ms: tenths(p50),
      latency_p95_ms: tenths(p95),
      stalls: stats.stalls,
      dropped: stats.dropped,
    });
  }

  #show(): void {
    const playback = this.#playback;
    if (!playback) return;
    const now = performance.now();
    const age = this.#figures.age(now);
    const { facts } = playback;
    const description = describe({
      failure: facts.failure,
      paused: playback.paused,
      moves: this.#figures.moves(now),
      pictureAgeS: age === null ? null : age / 1000,
      connected: facts.connected,
      camera: facts.camera,
      cameraForS: (now - facts.cameraSince) / 1000,
      cameraError: facts.cameraError,
    });
    this.#overlay.describe(description);
    this.#enter(description.state);
    this.#overlay.figures(this.stats, this.getAttribute('badge') !== 'off');
  }

  #enter(state: PlayerState): void {
    if (state === this.#state && this.#internals.states.has(state)) return;
    this.#state = state;
    this.#internals.states.clear();
    this.#internals.states.add(state);
    if (state !== 'live') this.#internals.states.add('still');
    this.dispatchEvent(new CustomEvent<PlayerState>('state', { detail: state }));
  }
}

/** What an attribute says; everything, where that is no volume. */
function volumeOf(value: string | null): number {
  const volume = Number(value ?? 1);
  return volume >= 0 && volume <= 1 ? volume : 1;
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
